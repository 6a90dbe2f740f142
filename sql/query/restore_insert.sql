-- restore_insert: a new restore, and the run that carries it out
-- $1 project_id, $2 id, $3 user, $4 doc, $5 run
insert into permafrost.restores (project_id, id, user_id, doc, run_id)
values ($1, $2, $3, $4::jsonb, $5)
