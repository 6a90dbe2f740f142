-- work_settle: take over what agents reported of their jobs, and what no agent ever will; of every
-- project, so no project_id is asked for
-- $1 seconds that an item may take
update permafrost.work_items as item
   set status = case when over.result = 'success' then 'done' else 'failed' end,
       reason = over.reason, ended_at = clock_timestamp()
  from (select work.project_id, work.run_id, work.n, job.doc->'job_schedule'->>'result' as result,
	       case when job.id is null then 'its job ' || work.job_id || ' was deleted'
		    when job.doc->'job_schedule'->>'status' is distinct from 'completed'
		    then 'its job ' || work.job_id || ' on ' || coalesce(nullif(job.doc->>'client_id', ''), 'no client')
			 || ' did not end in ' || $1::text || ' seconds'
		    when job.doc->'job_schedule'->>'result' <> 'success'
		    then 'its job on ' || coalesce(nullif(job.doc->>'client_id', ''), 'no client')
			 || ' ended with ' || (job.doc->'job_schedule'->>'result') end as reason
	  from permafrost.work_items as work
	  left join permafrost.jobs as job
	    on job.project_id = work.project_id and job.id = work.job_id
	 where work.status = 'running'
	   and (job.id is null
		or job.doc->'job_schedule'->>'status' = 'completed'
		   and job.doc->'job_schedule'->>'result' in ('success', 'fail', 'aborted')
		or work.started_at < clock_timestamp() - make_interval(secs => $1::double precision))
	 limit 1000
	   for update of work skip locked) as over
 where item.project_id = over.project_id and item.run_id = over.run_id and item.n = over.n
   and item.status = 'running'
