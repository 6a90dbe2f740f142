-- client_elsewhere: is this the client_id of another project's central client?
-- $1 project, $2 client_id
select 1
  from permafrost.clients
 where id = $2 and project_id <> $1 and (doc->'client'->'is_central') = 'true'
