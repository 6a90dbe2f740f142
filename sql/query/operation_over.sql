-- operation_over: a run whose checkpoint is no longer on the way, kept from other engines until the
-- transaction ends; of every project, so no project_id is asked for
select run.project_id, run.operation_id, run.fire_time, run.state, run.checkpoint_id, operation.user_id,
       coalesce(checkpoint.status, 'deleted') as status,
       operation.doc->>'operation_type' as operation_type,
       operation.doc->'operation_definition'->>'plan_id' as plan_id,
       operation.doc->'operation_definition'->>'provider_id' as provider_id,
       operation.doc->'operation_definition'->>'max_backups' as max_backups,
       operation.doc->'operation_definition'->>'retention_duration' as retention_duration
  from permafrost.operation_runs as run
  join permafrost.scheduled_operations as operation
    on operation.project_id = run.project_id and operation.id = run.operation_id
  left join permafrost.checkpoints as checkpoint
    on checkpoint.project_id = run.project_id and checkpoint.id = run.checkpoint_id
 where run.state = 'started' and checkpoint.status is distinct from 'protecting'
 order by run.fire_time
 limit 1
   for update of run skip locked
