-- job_lock_same: one job, kept from other writers, if it has exactly these job_actions and nobody
-- else has it locked, who may be changing them: to wait here would be out of the order of locks
-- $1 project, $2 job_id, $3 owner (null: whoever), $4 job_actions
select project_id, id, user_id, version, doc
  from permafrost.jobs
 where project_id = $1 and id = $2 and ($3::text is null or user_id = $3)
   and doc -> 'job_actions' = $4::jsonb
   for update skip locked
