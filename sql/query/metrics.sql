-- metrics: what an operator watches, over every project: no project_id
select (select greatest(extract(epoch from statement_timestamp() - min(next_at)), 0)
	  from permafrost.triggers where next_at is not null)::numeric(20, 3) as trigger_lag,
       work.waiting as work_waiting, work.running as work_running,
       (select count(*) from permafrost.operation_runs where state = 'due') as runs_due,
       late.jobs as overdue_job, late.backups as overdue_backup, late.clients as overdue_client,
       (select greatest(extract(epoch from statement_timestamp() - min(look_at)), 0)
	  from permafrost.expectations where look_at is not null)::numeric(20, 3) as look_lag,
       (select extract(epoch from statement_timestamp() - max(seen_at))
	  from permafrost.services
	 where binary_name = 'karbor-operationengine')::numeric(20, 3) as engine_silence
  from (select count(*) filter (where status = 'waiting') as waiting,
	       count(*) filter (where status = 'running') as running
	  from permafrost.work_items
	 where status in ('waiting', 'running')) as work,
       (select count(*) filter (where kind = 'job') as jobs,
	       count(*) filter (where kind = 'backup') as backups,
	       count(*) filter (where kind = 'client') as clients
	  from permafrost.expectations
	 where late_at < statement_timestamp()) as late
