-- database_grant: let a role do what workers need
-- about the database itself, not about a project's rows: no project_id
-- $1 role
select permafrost.allow_worker($1) as is_done
