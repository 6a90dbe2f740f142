-- work_claim: a work item that can be started or given up now, kept from other engines until the
-- transaction ends: all it waits for is over. `values` is what its provider's template may ask
-- about; of every project, so no project_id is asked for
with item as materialized (
	select *
	  from permafrost.work_items as item
	 where status = 'waiting'
	   and (waits_for = '{}' or not exists (
		select from permafrost.work_items as other
		 where other.project_id = item.project_id and other.run_id = item.run_id
		   and other.n = any(item.waits_for) and other.status in ('waiting', 'running')))
	 order by created_at, run_id, n
	 limit 1
	   for update skip locked)
select item.project_id, item.run_id, item.n, item.operation, item.checkpoint_id, item.job_id,
       item.resource_type, log.user_id, log.doc->>'provider_id' as provider_id,
       protect.job_action is null as is_unsaved, protect.status = 'done' as is_protected,
       exists (select from permafrost.work_items as other
		where other.project_id = item.project_id and other.run_id = item.run_id
		  and other.status = 'failed'
		  and (item.operation in ('protect', 'copy') or other.n = any(item.waits_for))) as is_doomed,
       jsonb_strip_nulls(jsonb_build_object(
	'resource', jsonb_build_object('id', item.resource_id, 'type', item.resource_type,
				       'name', item.resource_name, 'extra_info', item.extra_info),
	'project', jsonb_build_object('id', item.project_id),
	'plan', jsonb_build_object('id', checkpoint.doc->'protection_plan'->>'id',
				   'name', checkpoint.doc->'protection_plan'->>'name'),
	'checkpoint', jsonb_build_object('id', item.checkpoint_id),
	'provider', jsonb_build_object('id', log.doc->>'provider_id'),
	'parameters', case when item.operation in ('protect', 'copy') then item.parameters
			   else protect.parameters end,
	'restore', case when item.operation = 'restore' then item.parameters end,
	'protect', protect.job_action->'freezer_action')) as values
  from item
  join permafrost.operation_logs as log
    on log.project_id = item.project_id and log.id = item.run_id
  left join permafrost.checkpoints as checkpoint
    on checkpoint.project_id = item.project_id and checkpoint.id = item.checkpoint_id
  left join lateral (
	select saved.parameters, saved.job_action, saved.status
	  from permafrost.work_items as saved
	 where item.operation <> 'protect' and saved.project_id = item.project_id
	   and saved.checkpoint_id = coalesce(case when item.operation = 'copy' then checkpoint.copy_of end,
					      item.checkpoint_id)
	   and saved.operation in ('protect', 'copy') and saved.n = item.n
	   and saved.run_id <> item.run_id
	 limit 1) as protect on true
