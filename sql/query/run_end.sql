-- run_end: write how a run ended into its operation log
-- $1 project_id, $2 run, $3 status, $4 reason of the failure, or null
update permafrost.operation_logs
   set doc = doc || jsonb_build_object(
	'status', $3::text, 'ended_at', permafrost.instant(clock_timestamp()),
	'error_info', case when $4::text is not null then jsonb_build_object('message', $4::text) end),
       version = version + 1, updated_at = clock_timestamp()
 where project_id = $1 and id = $2
