-- client_taken: is this the client_id of any client of another project?
-- $1 project, $2 client_id
select 1
  from permafrost.clients
 where id = $2 and project_id <> $1
 limit 1
