-- session_release_jobs: the members of a session that goes away belong to none; locked in the
-- order of their ids
-- $1 project, $2 session, $3 the session's jobs by id
with member as (
	select id
	  from permafrost.jobs
	 where project_id = $1
	   and id in (select jsonb_object_keys($3::jsonb))
	   and doc->>'session_id' = $2
	 order by id
	   for update)
update permafrost.jobs as job
   set doc = job.doc || '{"session_id": "", "session_tag": 0}',
       version = job.version + 1,
       updated_at = clock_timestamp()
  from member
 where job.project_id = $1 and job.id = member.id
