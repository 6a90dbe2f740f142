-- machine_find: a machine of a project, or a part of it: web1:etc is one of web1
-- $1 project, $2 id
select $2 as id, coalesce(nullif(doc->'client'->>'hostname', ''), id) || substr($2, length(id) + 1) as name
  from permafrost.clients
 where project_id = $1 and id = split_part($2, ':', 1) and $2 not like '%:'
