-- machine_list: machines of a project, as things to protect
-- $1 project, $2 id of the one before (null: from the start), $3 limit
select id, coalesce(nullif(doc->'client'->>'hostname', ''), id) as name
  from permafrost.clients
 where project_id = $1 and ($2::text is null or id > $2)
 order by id
 limit $3::bigint
