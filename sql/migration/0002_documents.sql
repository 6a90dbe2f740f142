-- One table for each kind of resource, all of one shape.

-- Makes the table of a kind with its indexes and comments. `sort_name` says what its lists are
-- ordered by before the time of creation, `made_at` what time_after and time_before compare.
create procedure permafrost.create_kind(kind text, description text,
	sort_name text default $$''::text$$, made_at text default $$null::bigint$$)
language plpgsql as $procedure$
declare
	trigrams text := (select quote_ident(nspname) || '.gin_trgm_ops'
			    from pg_extension join pg_namespace on pg_namespace.oid = extnamespace
			   where extname = 'pg_trgm');
	note     record;
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
			sort_name  text collate "C" not null generated always as (%s) stored,
			made_at    bigint generated always as (%s) stored,
			terms      bigint[] generated always as (permafrost.document_terms(doc)) stored,
			content    text not null generated always as (permafrost.document_text(doc)) stored,
			primary key (project_id, id),
			constraint %I check (doc->>'project_id' = project_id)
		)$$, kind, sort_name, made_at, kind || '_doc_names_its_project');
	-- the owner last, so that a list of one user's documents skips those of others in the index
	execute format('create index %I on permafrost.%I (project_id, sort_name, created_at, id, user_id)',
		kind || '_in_order', kind);
	execute format('create index %I on permafrost.%I using gin (terms)', kind || '_terms', kind);
	execute format('create index %I on permafrost.%I using gin (content %s)',
		kind || '_content', kind, trigrams);

	execute format('comment on table permafrost.%I is %L', kind, description);
	execute format('comment on constraint %I on permafrost.%I is %L', kind || '_doc_names_its_project',
		kind, 'So that what a list shows belongs to who sees it');
	for note in values
		('in_order', 'The order of lists, and whose each document is'),
		('terms', 'match: documents with a value under a key'),
		('content', 'Free text: documents with a piece of text')
	loop
		execute format('comment on index permafrost.%I is %L', kind || '_' || note.column1, note.column2);
	end loop;
	for note in values
		('project_id', 'The project that owns it; also in doc'),
		('id', 'Its id, unique within the project; also in doc'),
		('user_id', 'The user who created it; also in doc'),
		('version', 'Grows by one with every change; clients see it as _version'),
		('created_at', 'When it was created'),
		('updated_at', 'When it was changed last'),
		('doc', 'The document as lists of the API show it'),
		('sort_name', 'Derived from doc: lists are ordered by this, created_at, id'),
		('made_at', 'Derived from doc for time_after and time_before, in seconds since 1970; of backups only'),
		('terms', 'Derived from doc for match: see permafrost.document_terms()'),
		('content', 'Derived from doc for free text: see permafrost.document_text()')
	loop
		execute format('comment on column permafrost.%I.%I is %L', kind, note.column1, note.column2);
	end loop;
end $procedure$;
comment on procedure permafrost.create_kind is 'Makes the table of a kind of resource, for migrations';

create extension if not exists pg_trgm with schema permafrost;

call permafrost.create_kind('backups', 'Metadata of backup runs that finished; v_backups shows them flat',
	$$coalesce(left(doc->'backup_metadata'->>'backup_name', 255), '')$$, 'permafrost.backup_time(doc)');
call permafrost.create_kind('clients', 'Machines on which a scheduler runs; v_clients shows them flat');
call permafrost.create_kind('jobs', 'Actions with a schedule and the client to run them; v_jobs shows them flat');
call permafrost.create_kind('actions', 'Single commands for an agent, with the rules to retry them');
call permafrost.create_kind('sessions', 'Groups of jobs that run together; v_sessions shows them flat');

create index backups_time on permafrost.backups (project_id, made_at);
comment on index permafrost.backups_time is 'time_after and time_before';

create index backups_job on permafrost.backups (project_id, (doc->'backup_metadata'->>'job_id'), made_at);
comment on index permafrost.backups_job is 'The newest backup of a job, for v_jobs and v_overdue';

create unique index clients_central_id on permafrost.clients (id)
	where (doc->'client'->'is_central') = 'true';
comment on index permafrost.clients_central_id is 'Central clients are seen by every project, so their ids are unique among them';

create index clients_central_in_order on permafrost.clients (sort_name, created_at, id, project_id)
	where (doc->'client'->'is_central') = 'true';
comment on index permafrost.clients_central_in_order is 'The order of lists, for those that every project sees';

-- The process id of a job's agent is for those who own the machine it runs on.
create function permafrost.job_runs_elsewhere(project text, client text) returns boolean
language plpgsql stable parallel safe as $$
begin
	return client <> '' and not exists (select from permafrost.clients
					     where project_id = project and id = client);
end $$;
comment on function permafrost.job_runs_elsewhere is 'Is a job''s client not one of its project''s own? Not so for a job without client';

create function permafrost.job_shown(project_id text, doc jsonb, privileged boolean) returns jsonb
language sql stable parallel safe
return case when privileged or doc #> '{job_schedule,current_pid}' is null
		 or not permafrost.job_runs_elsewhere(project_id, coalesce(doc->>'client_id', ''))
	then doc else doc #- '{job_schedule,current_pid}' end;
comment on function permafrost.job_shown is 'A job as a caller may see it: current_pid only if the client is the project''s own, or the caller privileged';
