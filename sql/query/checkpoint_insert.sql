-- checkpoint_insert: a new checkpoint, dated by the clock that lists go by
-- $1 project_id, $2 id, $3 user, $4 doc
insert into permafrost.checkpoints (project_id, id, user_id, created_at, doc)
select $1, $2, $3, now.utc at time zone 'UTC',
       $4::jsonb || jsonb_build_object('created_at', to_char(now.utc, 'YYYY-MM-DD'))
  from (select clock_timestamp() at time zone 'UTC' as utc) as now
returning doc
