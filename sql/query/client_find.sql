-- client_find: a client as a project sees it: its own entry, else a central client of any project
-- $1 project, $2 client_id
-- prepared: one row by its primary key, and of the few central ones one by its id
select project_id, id, user_id, version, doc
  from (select 1 as rank, *
          from permafrost.clients
         where project_id = $1 and id = $2
        union all
        select 2 as rank, *
          from permafrost.clients
         where id = $2 and (doc->'client'->'is_central') = 'true') as seen
 order by rank
 limit 1
