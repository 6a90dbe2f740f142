-- checkpoint_good: a checkpoint of the plan that could be copied, be it copied already
-- $1 project_id, $2 plan, $3 provider
select id
  from permafrost.checkpoints
 where project_id = $1 and plan_id = $2 and provider_id = $3 and status = 'available'
   and copy_of is null
 limit 1
