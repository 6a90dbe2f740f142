-- doc_insert: a new document; no row comes back when its identity is taken
-- $1 project_id, $2 id, $3 user, $4 doc
-- prepared: an INSERT of values has nothing to choose
insert into permafrost.@kind@ (project_id, id, user_id, doc)
values ($1, $2, $3, $4::jsonb)
    on conflict do nothing
returning version
