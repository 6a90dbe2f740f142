-- restore_secret_insert: keep what opens the target of a restore, sealed
-- $1 project_id, $2 restore, $3 key, $4 sealed
insert into permafrost.restore_secrets (project_id, restore_id, key_id, sealed)
values ($1, $2, $3, $4::bytea)
