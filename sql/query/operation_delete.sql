-- operation_delete: remove a scheduled operation; tells the trust it had
-- $1 project, $2 operation
delete from permafrost.scheduled_operations
 where project_id = $1 and id = $2
returning trust_id
