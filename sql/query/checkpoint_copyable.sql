-- checkpoint_copyable: the good checkpoints of a plan that have no copy yet, oldest first; none of
-- them goes until the transaction ends
-- $1 project_id, $2 plan, $3 provider, $4 as many at most
select id
  from permafrost.checkpoints as original
 where project_id = $1 and plan_id = $2 and provider_id = $3 and status = 'available'
   and copy_of is null
   and not exists (
	select from permafrost.checkpoints as copy
	 where copy.project_id = original.project_id and copy.copy_of = original.id
	   and copy.status in ('wait_copying', 'copying', 'available'))
 order by created_at, id
 limit $4::bigint
   for share
