-- checkpoint_use: a run that reads the checkpoint and is not over: a restore, a verification, or
-- the copying of it
-- $1 project_id, $2 checkpoint
select run_id, operation
  from permafrost.work_items
 where project_id = $1 and status in ('waiting', 'running')
   and (checkpoint_id = $2 and operation in ('restore', 'verify')
	or operation = 'copy' and checkpoint_id in (
	select id from permafrost.checkpoints where project_id = $1 and copy_of = $2))
 limit 1
