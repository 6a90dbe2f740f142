-- verification_insert: a new verification, and the run that carries it out
-- $1 project_id, $2 id, $3 user, $4 doc, $5 run
insert into permafrost.verifications (project_id, id, user_id, doc, run_id)
values ($1, $2, $3, $4::jsonb, $5)
