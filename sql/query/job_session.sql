-- job_session: which session does a job belong to?
-- $1 project, $2 job_id, $3 owner (null: whoever)
-- prepared: one row by its primary key
select coalesce(doc ->> 'session_id', '') as session_id
  from permafrost.jobs
 where project_id = $1 and id = $2 and ($3::text is null or user_id = $3)
