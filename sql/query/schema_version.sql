-- schema_version: the newest migration that was applied
-- about the database itself, not about a project's rows: no project_id
select max(version) from permafrost.schema_version
