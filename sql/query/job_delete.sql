-- job_delete: remove a job; tells which session it was in, and the trust it had
-- $1 project, $2 job_id, $3 owner (null: whoever)
delete from permafrost.jobs
 where project_id = $1 and id = $2 and ($3::text is null or user_id = $3)
returning coalesce(doc ->> 'session_id', '') as session_id, trust_id
