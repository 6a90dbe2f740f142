-- identity_project_find: a project by id or by name
-- it is the project that is looked for: no project_id to ask for
-- $1 project_id or null, $2 name or null
select id, name, enabled
  from permafrost.projects
 where id = $1 or name = $2
