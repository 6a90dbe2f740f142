-- schema_lock: one migration at a time; the number is only a name for the lock
-- about the database itself, not about a project's rows: no project_id
select pg_advisory_xact_lock(7233946621)
