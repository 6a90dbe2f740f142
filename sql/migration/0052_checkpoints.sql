-- Checkpoints as they are listed and carried out: the work of a run, resource by resource, and the
-- processes that do it.

alter table permafrost.checkpoints
	add column provider_id text not null generated always as (doc->'protection_plan'->>'provider_id') stored,
	add column plan_id text not null generated always as (doc->'protection_plan'->>'id') stored,
	add column copy_of text,
	add constraint checkpoint_state check (status in ('protecting', 'available', 'error', 'deleting',
		'deleted', 'error-deleting', 'wait_copying', 'copying'));
comment on constraint checkpoint_state on permafrost.checkpoints is 'The states that the API knows';
comment on column permafrost.checkpoints.provider_id is 'Derived from doc: where it is kept; other providers do not know it';
comment on column permafrost.checkpoints.plan_id is 'Derived from doc: the plan whose execution it is; the plan may be gone';
comment on column permafrost.checkpoints.copy_of is 'The checkpoint that this one is a copy of; null: it is an original';

create index checkpoints_of_provider on permafrost.checkpoints
	(project_id, provider_id, created_at, id) where status <> 'deleted';
comment on index permafrost.checkpoints_of_provider is 'Lists: all of a provider, also between two dates';
create index checkpoints_of_plan on permafrost.checkpoints
	(project_id, plan_id, created_at, id) where status <> 'deleted';
comment on index permafrost.checkpoints_of_plan is 'Lists: those of one plan; retention and copies ask for them too';
create unique index checkpoints_copied_once on permafrost.checkpoints
	(project_id, copy_of) where status in ('wait_copying', 'copying', 'available');
comment on index permafrost.checkpoints_copied_once is 'A checkpoint has one copy that is good or may become so';

create function permafrost.instant(moment timestamptz) returns text
language sql immutable strict parallel safe
return to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US');
comment on function permafrost.instant is 'A time as operation logs and services show it: UTC, with microseconds, without a zone';

create index operation_logs_of_checkpoint on permafrost.operation_logs
	(project_id, (doc->>'checkpoint_id'));
comment on index permafrost.operation_logs_of_checkpoint is 'The runs over a checkpoint';

create table permafrost.work_items (
	project_id    text not null,
	run_id        text not null,
	n             integer not null check (n >= 0),
	operation     text not null check (operation in ('protect', 'delete', 'restore', 'verify', 'copy')),
	checkpoint_id text not null,
	resource_type text not null,
	resource_id   text not null,
	resource_name text not null,
	extra_info    jsonb,
	parameters    jsonb not null default '{}',
	waits_for     integer[] not null default '{}',
	status        text not null default 'waiting' check (status in ('waiting', 'running', 'done', 'failed')),
	reason        text,
	job_id        text not null generated always as
		(md5(project_id || ' ' || run_id || ' ' || n::text)) stored,
	job_action    jsonb,
	created_at    timestamptz not null default clock_timestamp(),
	started_at    timestamptz,
	ended_at      timestamptz,
	primary key (project_id, run_id, n),
	foreign key (project_id, run_id) references permafrost.operation_logs (project_id, id)
		on delete cascade,
	constraint work_item_ends check ((status in ('done', 'failed')) = (ended_at is not null))
);
comment on table permafrost.work_items is 'What a run has to do: one row for each resource that is protected, deleted, restored, verified or copied';
comment on column permafrost.work_items.project_id is 'The project that owns the run';
comment on column permafrost.work_items.run_id is 'The run: the id of its operation log';
comment on column permafrost.work_items.n is 'The resource''s number in the resource graph: 10 is 0xa there';
comment on column permafrost.work_items.operation is 'What is done with the resource';
comment on column permafrost.work_items.checkpoint_id is 'The checkpoint that is written, read or removed; of a copy, the new one';
comment on column permafrost.work_items.resource_type is 'The resource''s type, e.g. OS::Nova::Server';
comment on column permafrost.work_items.resource_id is 'The resource''s id';
comment on column permafrost.work_items.resource_name is 'The resource''s name';
comment on column permafrost.work_items.extra_info is 'What else is known of the resource; null: nothing';
comment on column permafrost.work_items.parameters is 'The options that hold for this resource, settled when the run began';
comment on column permafrost.work_items.waits_for is 'Numbers of the items of this run that must be done before';
comment on column permafrost.work_items.status is 'waiting: to be started; running: an agent has it; done; failed';
comment on column permafrost.work_items.reason is 'Why it failed, for the user; null: it did not';
comment on column permafrost.work_items.job_id is 'The Freezer job that does it. Derived from the item, so that an item never gets two';
comment on column permafrost.work_items.job_action is 'What the job does, as an element of its job_actions; null until it is started. Of a protect it tells where the backup is';
comment on column permafrost.work_items.created_at is 'When it was asked for';
comment on column permafrost.work_items.started_at is 'When the job was made';
comment on column permafrost.work_items.ended_at is 'When it was done or had failed; null before';
comment on constraint work_item_ends on permafrost.work_items is 'What is over has an end, and nothing else has';

create index work_items_open on permafrost.work_items (created_at) where status in ('waiting', 'running');
comment on index permafrost.work_items_open is 'What engines have to do: small however much was done';
create index work_items_of_checkpoint on permafrost.work_items (project_id, checkpoint_id, operation);
comment on index permafrost.work_items_of_checkpoint is 'What was and is done with a checkpoint';
create unique index work_items_job on permafrost.work_items (job_id);
comment on index permafrost.work_items_job is 'The item of a job whose result has come';

-- Whoever adds work wakes the engines; they look when the transaction is through.
create function permafrost.work_added() returns trigger
language plpgsql as $$
begin
	perform pg_notify('permafrost_work', '');
	return null;
end $$;
comment on function permafrost.work_added is 'Tells the engines that there is something to do';

create trigger work_added after insert on permafrost.work_items
	for each statement execute function permafrost.work_added();
comment on trigger work_added on permafrost.work_items is 'New work is to be started';

create table permafrost.services (
	id              bigint primary key generated always as identity,
	binary_name     text not null,
	host            text not null,
	is_enabled      boolean not null default true,
	disabled_reason text,
	created_at      timestamptz not null default clock_timestamp(),
	seen_at         timestamptz,
	unique (binary_name, host),
	constraint reason_of_disabled check (disabled_reason is null or not is_enabled)
);
comment on table permafrost.services is 'Processes that carry out what the Data Protection API accepts, one row for each program and host';
comment on column permafrost.services.id is 'Its number in the API';
comment on sequence permafrost.services_id_seq is 'Numbers of processes';
comment on column permafrost.services.binary_name is 'The program, by the name that clients of the API know: karbor-operationengine';
comment on column permafrost.services.host is 'Where it runs';
comment on column permafrost.services.is_enabled is 'May it take up work?';
comment on column permafrost.services.disabled_reason is 'Why it may not, as an administrator said';
comment on column permafrost.services.created_at is 'When it was first seen';
comment on column permafrost.services.seen_at is 'When it last said that it is there; null: only when it started';
comment on constraint reason_of_disabled on permafrost.services is 'What is enabled has no reason to be disabled';

create function permafrost.service_shown(service permafrost.services, down_time bigint) returns jsonb
language sql stable
return jsonb_build_object(
	'id', service.id, 'binary', service.binary_name, 'host', service.host,
	'status', case when service.is_enabled then 'enabled' else 'disabled' end,
	'state', case when abs(extract(epoch from clock_timestamp()
		- coalesce(service.seen_at, service.created_at))) <= down_time then 'up' else 'down' end,
	'updated_at', permafrost.instant(service.seen_at),
	'disabled_reason', service.disabled_reason);
comment on function permafrost.service_shown is 'A process as the API shows it: up if it was heard of within so many seconds';
