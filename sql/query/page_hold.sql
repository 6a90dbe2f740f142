-- page_hold: one document of the Data Protection API, kept from being changed or deleted until the
-- transaction ends; others may hold it too
-- $1 project, $2 id
select project_id, id, user_id, version, doc
  from permafrost.@karbor_kind@
 where project_id = $1 and id = $2
   for share
