-- operation_claim: a scheduled operation that is to run now, kept from other engines until the
-- transaction ends; of every project, so no project_id is asked for
-- $1 is the cloud left alone: then no plan whose resources it must be asked about
with run as materialized (
	select *
	  from permafrost.operation_runs as due
	 where state = 'due' and coalesce(next_try <= clock_timestamp(), true)
	   and not ($1::boolean and exists (
		select from permafrost.scheduled_operations as operation
		  join permafrost.plans as plan
		    on plan.project_id = operation.project_id
		   and plan.id = operation.doc->'operation_definition'->>'plan_id'
		 where operation.project_id = due.project_id and operation.id = due.operation_id
		   and (plan.doc->'resources' @> '[{"type": "OS::Nova::Server"}]'
			or plan.doc->'resources' @> '[{"type": "OS::Keystone::Project"}]')))
	 order by fire_time
	 limit 1
	   for update skip locked)
select run.project_id, run.operation_id, run.fire_time, run.state, run.tries, operation.user_id,
       operation.trust_id,
       operation.doc->'operation_definition'->>'plan_id' as plan_id,
       operation.doc->'operation_definition'->>'provider_id' as provider_id,
       operation.doc->>'trigger_id' as trigger_id,
       case when operation.doc->'enabled' = 'false' then 'the operation is disabled'
	    when plan.doc->>'status' = 'suspended' then 'the plan is suspended'
	    when exists (select from permafrost.operation_runs as other
			  where other.project_id = run.project_id
			    and other.operation_id = run.operation_id and other.state = 'started')
	    then 'its last run is not over' end as obstacle
  from run
  join permafrost.scheduled_operations as operation
    on operation.project_id = run.project_id and operation.id = run.operation_id
  left join permafrost.plans as plan
    on plan.project_id = run.project_id
   and plan.id = operation.doc->'operation_definition'->>'plan_id'
