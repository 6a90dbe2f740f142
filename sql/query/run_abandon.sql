-- run_abandon: end what writes a checkpoint and is not over, because somebody says how it ended
-- $1 project_id, $2 checkpoint, $3 status of the runs, $4 reason
with ended as (
	update permafrost.work_items
	   set status = 'failed', reason = $4, ended_at = clock_timestamp()
	 where project_id = $1 and checkpoint_id = $2 and operation in ('protect', 'copy', 'delete')
	   and status in ('waiting', 'running'))
update permafrost.operation_logs
   set doc = doc || jsonb_build_object('status', $3::text,
				       'ended_at', permafrost.instant(clock_timestamp()),
				       'error_info', jsonb_build_object('message', $4::text)),
       version = version + 1, updated_at = clock_timestamp()
 where project_id = $1 and doc->>'checkpoint_id' = $2 and doc->'ended_at' = 'null'
   and doc->>'operation_type' in ('protect', 'copy', 'delete')
