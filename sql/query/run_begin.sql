-- run_begin: the operation log of a run that begins; a scheduled operation is named only if it is
-- one of the project
-- $1 project_id, $2 id, $3 user, $4 operation, $5 status, $6 checkpoint, $7 plan, $8 provider,
-- $9 restore, $10 scheduled operation
insert into permafrost.operation_logs (project_id, id, user_id, doc)
select $1, $2, $3, jsonb_build_object(
	'id', $2::text, 'project_id', $1::text, 'operation_type', $4::text, 'status', $5::text,
	'checkpoint_id', $6::text, 'plan_id', $7::text, 'provider_id', $8::text,
	'restore_id', $9::text, 'scheduled_operation_id', (
		select id from permafrost.scheduled_operations where project_id = $1 and id = $10),
	'started_at', permafrost.instant(clock_timestamp()), 'ended_at', null,
	'error_info', null, 'extra_info', null)
