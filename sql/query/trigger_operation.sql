-- trigger_operation: a scheduled operation that the trigger fires
-- $1 project, $2 trigger
select id
  from permafrost.scheduled_operations
 where project_id = $1 and doc->>'trigger_id' = $2
 limit 1
