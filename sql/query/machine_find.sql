-- machine_find: a machine of a project
-- $1 project, $2 id
select id, coalesce(nullif(doc->'client'->>'hostname', ''), id) as name
  from permafrost.clients
 where project_id = $1 and id = $2
