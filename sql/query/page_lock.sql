-- page_lock: one document of the Data Protection API, kept from other writers until the
-- transaction ends
-- $1 project (null: whichever), $2 id
select project_id, id, user_id, version, doc
  from permafrost.@karbor_kind@
 where ($1::text is null or project_id = $1) and id = $2
 limit 1
   for update
