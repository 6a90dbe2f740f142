-- doc_update: write a document back; its version grows by one
-- $1 project, $2 id, $3 doc
-- prepared: one row by its primary key
update permafrost.@kind@
   set doc = $3::jsonb, version = version + 1, updated_at = clock_timestamp()
 where project_id = $1 and id = $2
returning version
