-- run_delete_work: to remove a checkpoint is to remove what was protected or copied for it, in
-- whatever order
-- $1 project_id, $2 run, $3 checkpoint
insert into permafrost.work_items (project_id, run_id, n, operation, checkpoint_id, resource_type,
				   resource_id, resource_name, extra_info, parameters)
select project_id, $2, n, 'delete', checkpoint_id, resource_type, resource_id, resource_name,
       extra_info, parameters
  from permafrost.work_items
 where project_id = $1 and checkpoint_id = $3 and operation in ('protect', 'copy')
