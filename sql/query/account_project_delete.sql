-- account_project_delete: a project of the standalone identity goes; its documents stay
-- the operator names the project, no token does: no project_id to ask for
-- $1 name
delete from permafrost.projects where name = $1
