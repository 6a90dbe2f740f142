-- identity_user_projects: the projects in which a user has a role
-- $1 user_id; the question is which project_id there are
select distinct p.id, p.name, p.enabled
  from permafrost.role_assignments r
  join permafrost.projects p on p.id = r.project_id
 where r.user_id = $1 and p.enabled
 order by p.name
