-- run_claim: a run all of whose work is over, kept from other engines until the transaction ends;
-- of every project, so no project_id is asked for
select log.project_id, log.id, log.user_id, log.doc->>'operation_type' as operation_type,
       log.doc->>'checkpoint_id' as checkpoint_id, log.doc->>'restore_id' as restore_id,
       operation.name as operation
  from permafrost.operation_logs as log
 cross join lateral (
	select coalesce(min(item.operation), log.doc->>'operation_type') as name
	  from permafrost.work_items as item
	 where item.project_id = log.project_id and item.run_id = log.id) as operation
 where log.doc->'ended_at' = 'null'
   and not exists (select from permafrost.work_items as item
		    where item.project_id = log.project_id and item.run_id = log.id
		      and item.status in ('waiting', 'running'))
 order by log.created_at
 limit 1
   for update of log skip locked
