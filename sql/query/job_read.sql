-- job_read: one job, without a lock; `written` tells job_write whether it is still that one
-- $1 project, $2 job_id, $3 owner (null: whoever)
-- prepared: one row by its primary key
select project_id, id, user_id, version, doc, xmin::text as written
  from permafrost.jobs
 where project_id = $1 and id = $2 and ($3::text is null or user_id = $3)
