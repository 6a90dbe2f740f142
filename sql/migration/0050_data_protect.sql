-- The resources of the Data Protection API: one table for each kind, all of one shape.

-- Makes the table of a kind with its indexes and comments. `name` and `status` are what its lists
-- may be sorted by beside the times.
create procedure permafrost.create_karbor_kind(kind text, description text)
language plpgsql as $procedure$
declare
	note record;
begin
	execute format($$
		create table permafrost.%I (
			project_id text not null,
			id         text not null,
			user_id    text not null,
			version    bigint not null default 1,
			created_at timestamptz not null default clock_timestamp(),
			updated_at timestamptz not null default clock_timestamp(),
			doc        jsonb not null,
			name       text collate "C" not null generated always as (coalesce(left(doc->>'name', 255), '')) stored,
			status     text collate "C" not null generated always as (coalesce(left(doc->>'status', 64), '')) stored,
			primary key (project_id, id),
			constraint %I check (doc->>'id' = id)
		)$$, kind, kind || '_doc_names_its_id');
	execute format('create index %I on permafrost.%I (project_id, created_at, id)', kind || '_in_order', kind);
	execute format('create index %I on permafrost.%I (project_id, name, created_at, id)', kind || '_by_name', kind);
	execute format('create index %I on permafrost.%I (project_id, status, created_at, id)', kind || '_by_status', kind);
	execute format('create index %I on permafrost.%I (created_at, id)', kind || '_of_all', kind);
	execute format('create index %I on permafrost.%I (id)', kind || '_id', kind);
	execute format('create index %I on permafrost.%I using gin (doc jsonb_path_ops)', kind || '_members', kind);

	execute format('comment on table permafrost.%I is %L', kind, description);
	execute format('comment on constraint %I on permafrost.%I is %L', kind || '_doc_names_its_id',
		kind, 'So that what a reader sees is what was asked for');
	for note in values
		('in_order', 'The order of lists unless another is asked for'),
		('by_name', 'Lists sorted by name'),
		('by_status', 'Lists sorted by status'),
		('of_all', 'Lists of every project, for administrators'),
		('id', 'One document whatever its project, for administrators and the engine'),
		('members', 'Filters of lists: documents in which a member has a value')
	loop
		execute format('comment on index permafrost.%I is %L', kind || '_' || note.column1, note.column2);
	end loop;
	for note in values
		('project_id', 'The project that owns it'),
		('id', 'Its id; also in doc'),
		('user_id', 'The user who created it'),
		('version', 'Grows by one with every change'),
		('created_at', 'When it was created'),
		('updated_at', 'When it was changed last'),
		('doc', 'The document as the API shows it'),
		('name', 'Derived from doc for lists sorted by it; empty when it has none'),
		('status', 'Derived from doc for lists sorted by it; empty when it has none')
	loop
		execute format('comment on column permafrost.%I.%I is %L', kind, note.column1, note.column2);
	end loop;
end $procedure$;
comment on procedure permafrost.create_karbor_kind is 'Makes the table of a kind of resource of the Data Protection API, for migrations';

call permafrost.create_karbor_kind('plans', 'What is protected together: resources, a provider, and the options of each');
call permafrost.create_karbor_kind('triggers', 'When: patterns of time that scheduled operations follow');
call permafrost.create_karbor_kind('scheduled_operations', 'What is done with a plan each time a trigger fires');
call permafrost.create_karbor_kind('checkpoints', 'Executions of plans: what was protected, and how it went');
call permafrost.create_karbor_kind('restores', 'Attempts to rebuild the resources of a checkpoint');
call permafrost.create_karbor_kind('verifications', 'Attempts to check that the data of a checkpoint is there');
call permafrost.create_karbor_kind('operation_logs', 'One row for each run of a protect, delete, restore, verify or copy');

-- Lists of triggers and operations were published wrapped and are read flat: items serve both.
create function permafrost.also_as(wrapper text, doc jsonb) returns jsonb
language sql immutable parallel safe
return doc || jsonb_build_object(wrapper, doc);
comment on function permafrost.also_as is 'A document that holds a copy of itself under the name its wrapper has elsewhere';

create index scheduled_operations_plan on permafrost.scheduled_operations
	(project_id, (doc->'operation_definition'->>'plan_id'));
comment on index permafrost.scheduled_operations_plan is 'The operations of a plan, which keep it from being deleted';
create index scheduled_operations_trigger on permafrost.scheduled_operations
	(project_id, (doc->>'trigger_id'));
comment on index permafrost.scheduled_operations_trigger is 'The operations that a trigger fires, which keep it from being deleted';

create table permafrost.quotas (
	project_id text not null,
	resource   text not null check (resource in ('plans', 'checkpoints')),
	hard_limit bigint not null check (hard_limit >= -1),
	primary key (project_id, resource)
);
comment on table permafrost.quotas is 'Limits of single projects; where there is none, the configured default holds';
comment on column permafrost.quotas.project_id is 'The project that is limited';
comment on column permafrost.quotas.resource is 'What is counted';
comment on column permafrost.quotas.hard_limit is 'As many at most; -1: as many as it likes';

create table permafrost.quota_classes (
	class_name text not null,
	resource   text not null check (resource in ('plans', 'checkpoints')),
	hard_limit bigint not null check (hard_limit >= -1),
	primary key (class_name, resource)
);
comment on table permafrost.quota_classes is 'Named sets of limits; kept and shown, as the API has them, and applied to nobody';
comment on column permafrost.quota_classes.class_name is 'The set';
comment on column permafrost.quota_classes.resource is 'What is counted';
comment on column permafrost.quota_classes.hard_limit is 'As many at most; -1: as many as they like';
