-- doc_delete: remove a document
-- $1 project, $2 id
delete from permafrost.@kind@
 where project_id = $1 and id = $2
