-- schema_patience: how long a migration may wait for a table, while requests wait behind it
-- about the database itself, not about a project's rows: no project_id
set local lock_timeout = '3s'
