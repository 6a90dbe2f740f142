-- schema_exists: 1 when there is a schema of ours at all
-- about the database itself, not about a project's rows: no project_id
select (to_regclass('permafrost.schema_version') is not null)::int
