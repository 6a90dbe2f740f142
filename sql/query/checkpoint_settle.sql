-- checkpoint_settle: a checkpoint gets the status that its run came to, unless somebody reset it
-- $1 project_id, $2 checkpoint, $3 status it must have (copying: it may also wait for that),
-- $4 status
update permafrost.checkpoints
   set doc = doc || jsonb_build_object('status', $4::text), version = version + 1,
       updated_at = clock_timestamp()
 where project_id = $1 and id = $2 and (status = $3 or $3 = 'copying' and status = 'wait_copying')
