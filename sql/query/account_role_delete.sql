-- account_role_delete: take a role away
-- $1 user name, $2 project name, $3 role; names lead to the project_id
with named as (
	select (select id from permafrost.users where name = $1) as user_id,
	       (select id from permafrost.projects where name = $2) as project_id
), taken as (
	delete from permafrost.role_assignments r
	 using named n
	 where r.user_id = n.user_id and r.project_id = n.project_id and r.role = $3
	returning r.role
)
select user_id is not null as has_user, project_id is not null as has_project,
       exists (select from taken) as is_done
  from named
