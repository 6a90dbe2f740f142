-- job_write: write a job back that was read without a lock; no row comes back when another writer,
-- or one who deleted it and made it anew, came in between
-- $1 project, $2 job_id, $3 doc, $4 what job_read said in `written`
-- prepared: one row by its primary key
update permafrost.jobs
   set doc = $3::jsonb, version = version + 1, updated_at = clock_timestamp()
 where project_id = $1 and id = $2 and xmin::text = $4
returning version
