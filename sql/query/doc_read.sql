-- doc_read: one document
-- $1 project, $2 id, $3 owner (null: whoever)
-- prepared: one row by its primary key
select project_id, id, user_id, version, doc
  from permafrost.@kind@
 where project_id = $1 and id = $2 and ($3::text is null or user_id = $3)
