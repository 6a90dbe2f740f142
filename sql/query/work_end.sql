-- work_end: a work item is over without an agent
-- $1 project_id, $2 run, $3 number, $4 done or failed, $5 reason of the failure, or null
update permafrost.work_items
   set status = $4, reason = $5, ended_at = clock_timestamp()
 where project_id = $1 and run_id = $2 and n = $3::integer and status = 'waiting'
