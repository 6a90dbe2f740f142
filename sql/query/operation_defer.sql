-- operation_defer: a run that can't be started now is tried again, later each time
-- $1 project_id, $2 operation, $3 fire time, $4 why
update permafrost.operation_runs
   set tries = tries + 1, reason = $4,
       next_try = clock_timestamp() + interval '10 seconds' * 2 ^ least(tries, 6)
 where project_id = $1 and operation_id = $2 and fire_time = $3::timestamptz and state = 'due'
