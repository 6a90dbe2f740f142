-- plan_operation: a scheduled operation that needs the plan
-- $1 project, $2 plan
select id
  from permafrost.scheduled_operations
 where project_id = $1 and doc->'operation_definition'->>'plan_id' = $2
 limit 1
