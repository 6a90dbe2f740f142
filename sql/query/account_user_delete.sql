-- account_user_delete: a user goes, with roles and tokens
-- users belong to no project: no project_id to ask for
-- $1 name
delete from permafrost.users where name = $1
