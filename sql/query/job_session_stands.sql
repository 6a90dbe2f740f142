-- job_session_stands: do the sessions say otherwise when a job is said to have changed sessions?
-- They do while the old one lists it, or when there is a new one that does not.
-- $1 project, $2 job_id, $3 session_id until now, $4 the new one
select exists (select from permafrost.sessions
                where project_id = $1 and id = $3 and doc -> 'jobs' ? $2)
    or exists (select from permafrost.sessions
                where project_id = $1 and id = $4 and not doc -> 'jobs' ? $2) as stands
