-- job_event: request an event of a job, unless it is requested already
-- $1 project, $2 job_id, $3 event, $4 what it sets in job_schedule, $5 owner (null: whoever)
with job as (
	select doc -> 'job_schedule' ->> 'event' is not distinct from $3 as requested
	  from permafrost.jobs
	 where project_id = $1 and id = $2 and ($5::text is null or user_id = $5)
	   for update
), changed as (
	update permafrost.jobs
	   set doc = jsonb_set(doc, '{job_schedule}',
			       coalesce(doc -> 'job_schedule', '{}') || $4::jsonb),
	       version = version + 1, updated_at = clock_timestamp()
	 where project_id = $1 and id = $2 and not (select requested from job)
	returning 1
)
select requested from job
