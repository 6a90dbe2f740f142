-- run_litter: a run that is over, settled or reset, but of which a job or the session still is
-- there; those of engines are few, and known by an index; of every project, so no project_id is
-- asked for
select log.project_id, log.id, log.user_id
  from (select job.project_id, item.run_id
	  from permafrost.jobs as job
	  join permafrost.work_items as item
	    on item.project_id = job.project_id and item.job_id = job.id
	 where job.doc->>'description' like 'permafrost:%'
	 union all
	select project_id, case when id ~ '^[0-9a-f]{32}$' then id::uuid::text end
	  from permafrost.sessions
	 where doc->>'description' like 'permafrost:%') as left_behind
  join permafrost.operation_logs as log
    on log.project_id = left_behind.project_id and log.id = left_behind.run_id
 where log.doc->'ended_at' <> 'null'
 limit 1
   for update of log skip locked
