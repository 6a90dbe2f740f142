-- run_outcome: how the work of a run went: whether any failed, the first reason, and resource by
-- resource, of those that an agent has to do with, as restores and verifications show it
-- $1 project_id, $2 run
select bool_or(status = 'failed') is true as has_failed,
       (array_agg(resource_type || ' ' || resource_id || ': ' || reason order by ended_at, n)
	filter (where status = 'failed'))[1] as reason,
       coalesce(jsonb_object_agg(resource_type || '#' || resource_id,
		case when status = 'failed' then 'error' else 'available' end)
		filter (where status = 'failed' or job_action is not null), '{}') as statuses,
       coalesce(jsonb_object_agg(resource_type || '#' || resource_id, reason)
		filter (where status = 'failed'), '{}') as reasons
  from permafrost.work_items
 where project_id = $1 and run_id = $2
