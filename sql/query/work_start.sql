-- work_start: an agent has it from now on
-- $1 project_id, $2 run, $3 number, $4 what the job does
update permafrost.work_items
   set status = 'running', started_at = clock_timestamp(), job_action = $4::jsonb
 where project_id = $1 and run_id = $2 and n = $3::integer and status = 'waiting'
