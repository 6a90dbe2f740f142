-- operation_set: what became of a run of a scheduled operation
-- $1 project_id, $2 operation, $3 fire time, $4 state, $5 checkpoint (null: as before), $6 reason,
-- $7 the state it must have: another engine may have been quicker
update permafrost.operation_runs
   set state = $4, checkpoint_id = coalesce($5, checkpoint_id), reason = $6,
       ended_at = case when $4 <> 'started' then clock_timestamp() end
 where project_id = $1 and operation_id = $2 and fire_time = $3::timestamptz and state = $7
