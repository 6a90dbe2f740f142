-- action_follow: let the jobs that use an action follow its change; where a job's entry has a
-- value of its own, it stays
-- $1 project, $2 action_id, $3 the action as it was, $4 as it is from now on
with changed as (
	select key, $3::jsonb -> key as was, $4::jsonb -> key as becomes
	  from jsonb_object_keys($3::jsonb || $4::jsonb) as key
	 where $3::jsonb -> key is distinct from $4::jsonb -> key
), used as (
	select id, doc -> 'job_actions' as entries
	  from permafrost.jobs
	 where project_id = $1 and terms @> array[permafrost.term('action_id', to_jsonb($2::text))]
	   and doc -> 'job_actions' @> jsonb_build_array(jsonb_build_object('action_id', $2::text))
	 order by id
	   for update
), followed as materialized (
	select id, entries, (
		select jsonb_agg(case when entry ->> 'action_id' is distinct from $2 then entry else
				entry - array(select key from changed
				               where entry -> key is not distinct from was)
				|| (select coalesce(jsonb_object_agg(key, becomes), '{}') from changed
				     where entry -> key is not distinct from was
				       and becomes is not null)
			end order by n)
		  from jsonb_array_elements(entries) with ordinality as e (entry, n)) as becomes
	  from used
)
update permafrost.jobs as job
   set doc = jsonb_set(job.doc, '{job_actions}', followed.becomes),
       version = version + 1, updated_at = clock_timestamp()
  from followed
 where job.project_id = $1 and job.id = followed.id and followed.becomes <> followed.entries
