-- doc_lock: one document of a project, kept from other writers until the transaction ends
-- $1 project, $2 id
select project_id, id, user_id, version, doc
  from permafrost.@kind@
 where project_id = $1 and id = $2
   for update
