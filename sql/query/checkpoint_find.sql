-- checkpoint_find: one checkpoint, if the provider keeps it
-- $1 project_id (null: whichever), $2 id, $3 provider
-- prepared: one row by the index of ids
select doc
  from permafrost.checkpoints
 where ($1::text is null or project_id = $1) and id = $2 and provider_id = $3
 limit 1
