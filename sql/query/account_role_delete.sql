-- account_role_delete: take a role away
-- $1 user name, $2 project name, $3 role; names lead to the project_id
delete from permafrost.role_assignments r
 using permafrost.users u, permafrost.projects p
 where r.user_id = u.id and r.project_id = p.id
   and u.name = $1 and p.name = $2 and r.role = $3
