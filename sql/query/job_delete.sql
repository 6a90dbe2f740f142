-- job_delete: remove a job; tells which session it was in
-- $1 project, $2 job_id
delete from permafrost.jobs
 where project_id = $1 and id = $2
returning coalesce(doc ->> 'session_id', '') as session_id
