-- history_forget: firings and ended runs that are older than is kept, some of them at a time; of every
-- project, so no project_id is asked for
-- $1 for how many seconds they are kept
with firings as (
	delete from permafrost.trigger_firings
	 where ctid = any (array(select ctid
				   from permafrost.trigger_firings
				  where noticed_at < statement_timestamp() - make_interval(secs => $1::bigint)
				  order by noticed_at
				  limit 1000
				    for update skip locked))
	returning 1
), runs as (
	delete from permafrost.operation_runs
	 where ctid = any (array(select ctid
				   from permafrost.operation_runs
				  where ended_at < statement_timestamp() - make_interval(secs => $1::bigint)
				  order by ended_at
				  limit 1000
				    for update skip locked))
	returning 1)
select (select count(*) from firings) + (select count(*) from runs) as forgotten
