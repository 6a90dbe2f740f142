-- central_client: a scheduler that serves every project; a job always gets the same one; central
-- clients belong to all projects: no project_id
-- $1 job
select id
  from permafrost.clients
 where (doc->'client'->'is_central') = 'true'
 order by md5(id || $1)
 limit 1
