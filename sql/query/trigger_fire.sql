-- trigger_fire: an instant of a trigger, once; when it is fired, its operations are due
-- $1 project_id, $2 trigger, $3 seconds since 1970, $4 fired or missed
with firing as (
	insert into permafrost.trigger_firings (project_id, trigger_id, fire_time, state)
	values ($1, $2, to_timestamp($3::bigint), $4)
	    on conflict do nothing
	returning state)
insert into permafrost.operation_runs (project_id, operation_id, fire_time)
select operation.project_id, operation.id, to_timestamp($3::bigint)
  from permafrost.scheduled_operations as operation
 where operation.project_id = $1 and operation.doc->>'trigger_id' = $2
   and exists (select from firing where state = 'fired')
    on conflict do nothing
