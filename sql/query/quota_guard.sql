-- quota_guard: wait until nobody else counts or adds to the project's resources
-- $1 project_id, $2 resource; the lock is named by them: no project_id in a table is asked for
select pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 5150))
