-- page_find: one document of the Data Protection API
-- $1 project (null: whichever), $2 id
-- prepared: one row by the index of ids
select project_id, id, user_id, version, @shown@ as doc
  from permafrost.@karbor_kind@
 where ($1::text is null or project_id = $1) and id = $2
 limit 1
