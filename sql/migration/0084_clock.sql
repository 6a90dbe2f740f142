-- Engines that keep time: what was missed in one go is one row, what is next in each of their queues is
-- the head of an index, and restores tell how far they are.

alter table permafrost.trigger_firings
	add column instants integer not null default 1 check (instants > 0);
comment on column permafrost.trigger_firings.instants is 'How many were missed in a row from fire_time on, as far as they were counted; 1 where it fired';

create index trigger_firings_noticed on permafrost.trigger_firings using brin (noticed_at);
comment on index permafrost.trigger_firings_noticed is 'What was noticed lately, or later than now: a clock was put back';

create index operation_runs_due on permafrost.operation_runs (fire_time) where state = 'due';
comment on index permafrost.operation_runs_due is 'Runs in the order in which they are started';

create index operation_runs_started on permafrost.operation_runs (project_id, operation_id, fire_time) where state = 'started';
comment on index permafrost.operation_runs_started is 'Operations whose last run is not over';

create index work_items_waiting on permafrost.work_items (created_at, run_id, n) where status = 'waiting';
comment on index permafrost.work_items_waiting is 'Work in the order in which it is started';

create index work_items_running on permafrost.work_items (started_at) where status = 'running';
comment on index permafrost.work_items_running is 'Work that agents have, longest first';

-- A restore or verification shows what each resource came to when it is over, not when all are.
create function permafrost.work_told() returns trigger
language plpgsql as $$
declare
	resource text := new.resource_type || '#' || new.resource_id;
	news jsonb := jsonb_build_object(resource, case new.status when 'done' then 'available' else 'error' end);
	reasons jsonb := case when new.reason is null then '{}' else jsonb_build_object(resource, new.reason) end;
begin
	update permafrost.restores
	   set doc = doc || jsonb_build_object('resources_status', doc->'resources_status' || news,
					       'resources_reason', doc->'resources_reason' || reasons),
	       version = version + 1, updated_at = clock_timestamp()
	 where project_id = new.project_id and run_id = new.run_id;
	update permafrost.verifications
	   set doc = doc || jsonb_build_object('resources_status', doc->'resources_status' || news,
					       'resources_reason', doc->'resources_reason' || reasons),
	       version = version + 1, updated_at = clock_timestamp()
	 where project_id = new.project_id and run_id = new.run_id;
	return null;
end $$;
comment on function permafrost.work_told is 'Tells the restore or verification of a work item what its resource came to';

create trigger work_told after update of status on permafrost.work_items
	for each row when (new.operation in ('restore', 'verify') and old.status <> new.status
			   and (new.status = 'failed' or new.status = 'done' and new.job_action is not null))
	execute function permafrost.work_told();
comment on trigger work_told on permafrost.work_items is 'What is over is told while the rest of the run goes on';
