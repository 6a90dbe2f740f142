-- account_user_list: all users, for the operator
-- users belong to no project: no project_id to ask for
select id, name, enabled from permafrost.users order by name
