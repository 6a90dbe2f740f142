-- account_role_list: who may do what where, for the operator: every project_id
select u.name as user_name, p.name as project_name, r.role
  from permafrost.role_assignments r
  join permafrost.users u on u.id = r.user_id
  join permafrost.projects p on p.id = r.project_id
 order by u.name, p.name, r.role
