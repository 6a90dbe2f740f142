-- account_role_add: give a user a role; no row comes back when user or project is unknown
-- $1 user name, $2 project name, $3 role; names lead to the project_id
with named as (
	select u.id as user_id, p.id as project_id
	  from permafrost.users u, permafrost.projects p
	 where u.name = $1 and p.name = $2
), added as (
	insert into permafrost.role_assignments (user_id, project_id, role)
	select user_id, project_id, $3 from named
	    on conflict do nothing
)
select user_id from named
