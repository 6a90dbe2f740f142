-- account_role_add: give a user a role; it may be there already
-- $1 user name, $2 project name, $3 role; names lead to the project_id
with named as (
	select (select id from permafrost.users where name = $1) as user_id,
	       (select id from permafrost.projects where name = $2) as project_id
), added as (
	insert into permafrost.role_assignments (user_id, project_id, role)
	select user_id, project_id, $3 from named
	 where user_id is not null and project_id is not null
	    on conflict do nothing
)
select user_id is not null as has_user, project_id is not null as has_project, true as is_done
  from named
