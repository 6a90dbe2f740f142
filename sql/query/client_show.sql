-- client_show: doc_show for a client, which may be a central one of another project; the project's
-- own comes first
-- $1 project, $2 id
-- prepared: one row by its primary key, and of the few central ones one by its id
select version, doc
  from permafrost.clients
 where id = $2 and (project_id = $1 or (doc->'client'->'is_central') = 'true')
 order by project_id = $1 desc
 limit 1
