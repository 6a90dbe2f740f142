-- run_work_read: what was protected or copied for a checkpoint, in the form that run_work takes
-- $1 project_id, $2 checkpoint
select coalesce(jsonb_agg(jsonb_build_object(
	'n', n, 'type', resource_type, 'id', resource_id, 'name', resource_name,
	'extra_info', extra_info, 'parameters', parameters, 'waits_for', waits_for) order by n), '[]')
       as work
  from permafrost.work_items
 where project_id = $1 and checkpoint_id = $2 and operation in ('protect', 'copy')
