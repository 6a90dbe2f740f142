-- job_lock_same: one job, kept from other writers, if it has exactly these job_actions
-- $1 project, $2 job_id, $3 job_actions
select project_id, id, user_id, version, doc
  from permafrost.jobs
 where project_id = $1 and id = $2 and doc -> 'job_actions' = $3::jsonb
   for update
