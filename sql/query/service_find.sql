-- service_find: the program of a process; they serve every project: no project_id
-- $1 id
select binary_name
  from permafrost.services
 where id = $1::bigint
   for update
