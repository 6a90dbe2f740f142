-- checkpoint_copy: a copy to be: it holds what its original does
-- $1 project_id, $2 the original, $3 id, $4 user
insert into permafrost.checkpoints (project_id, id, user_id, created_at, doc, copy_of)
select project_id, $3, $4, now.utc at time zone 'UTC',
       doc || jsonb_build_object('id', $3::text, 'status', 'wait_copying',
				 'created_at', to_char(now.utc, 'YYYY-MM-DD'),
				 'extra_info', jsonb_build_object('copy_of', id)::text), id
  from permafrost.checkpoints,
       (select clock_timestamp() at time zone 'UTC' as utc) as now
 where project_id = $1 and id = $2
