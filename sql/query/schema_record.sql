-- schema_record: a migration was applied
-- about the database itself, not about a project's rows: no project_id
-- $1 version, $2 file name
insert into permafrost.schema_version (version, name) values ($1::int, $2)
