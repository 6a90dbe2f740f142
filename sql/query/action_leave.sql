-- action_leave: take a deleted action out of the jobs that use it
-- $1 project, $2 action_id
with used as (
	select id, doc -> 'job_actions' as entries
	  from permafrost.jobs
	 where project_id = $1 and terms @> array[permafrost.term('action_id', to_jsonb($2::text))]
	   and doc -> 'job_actions' @> jsonb_build_array(jsonb_build_object('action_id', $2::text))
	 order by id
	   for update
), left_over as (
	select id, (
		select coalesce(jsonb_agg(entry order by n), '[]')
		  from jsonb_array_elements(entries) with ordinality as listed (entry, n)
		 where entry ->> 'action_id' is distinct from $2) as entries
	  from used
)
update permafrost.jobs as job
   set doc = jsonb_set(job.doc, '{job_actions}', left_over.entries),
       version = version + 1, updated_at = clock_timestamp()
  from left_over
 where job.project_id = $1 and job.id = left_over.id
