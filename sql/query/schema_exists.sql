-- schema_exists: 1 when there is a schema of ours at all
-- read from the catalog's tables: to_regclass() may remember, across the wait for the lock, that
-- there was none
-- about the database itself, not about a project's rows: no project_id
select count(*)
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where n.nspname = 'permafrost' and c.relname = 'schema_version'
