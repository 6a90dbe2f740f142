-- What should have happened and did not: engines and schedulers note what is expected when, and the
-- rest is a comparison with the clock.

create table permafrost.watch_settings (
	only_row       boolean primary key default true check (only_row),
	time_zone      text not null,
	overdue_grace  interval not null,
	client_silence interval not null
);
comment on table permafrost.watch_settings is 'By what rules overdue is judged: one row, which engines write when their configuration says otherwise';
comment on column permafrost.watch_settings.only_row is 'There is one row';
comment on column permafrost.watch_settings.time_zone is '[engine] schedule_time_zone: by whose clocks schedules go';
comment on column permafrost.watch_settings.overdue_grace is '[engine] overdue_grace: how late a job or a backup may be';
comment on column permafrost.watch_settings.client_silence is '[engine] client_silence: how long a client may be silent';

insert into permafrost.watch_settings (time_zone, overdue_grace, client_silence)
values ('UTC', '15 minutes', '10 minutes');

create table permafrost.expectations (
	project_id text not null,
	kind       text not null check (kind in ('job', 'backup', 'client')),
	id         text not null,
	last_at    timestamptz,
	offered_at timestamptz not null default clock_timestamp(),
	due_at     timestamptz,
	late_at    timestamptz,
	reason     text,
	look_at    timestamptz,
	primary key (project_id, kind, id)
);
comment on table permafrost.expectations is 'What is expected of each job, its backups and each client, and when; v_overdue shows what is late';
comment on column permafrost.expectations.project_id is 'The project of the job or client';
comment on column permafrost.expectations.kind is 'job: it begins to run; backup: a good backup is made; client: it asks for work';
comment on column permafrost.expectations.id is 'The job, the job that makes the backup, or the client';
comment on column permafrost.expectations.last_at is 'When it last happened; null: never';
comment on column permafrost.expectations.offered_at is 'Since when the client may run the job: it was made, started or given another schedule then; of a client: when it was registered';
comment on column permafrost.expectations.due_at is 'When it should happen next; null: nobody knows of such a time';
comment on column permafrost.expectations.late_at is 'From when on it is overdue: due_at, and the grace that watch_settings has';
comment on column permafrost.expectations.reason is 'Why it never will happen, as when a schedule can''t be understood';
comment on column permafrost.expectations.look_at is 'When an engine looks at the job again; null: when it is changed';

create index expectations_late on permafrost.expectations (project_id, late_at, kind, id) where late_at is not null;
comment on index permafrost.expectations_late is 'What is overdue in a project, longest first';
create index expectations_late_anywhere on permafrost.expectations (late_at, project_id, kind, id) where late_at is not null;
comment on index permafrost.expectations_late_anywhere is 'What is overdue in any project, longest first';
create index expectations_look on permafrost.expectations (look_at) where look_at is not null;
comment on index permafrost.expectations_look is 'The jobs that engines have to look at';

-- ---- jobs -------------------------------------------------------------------------------------

create function permafrost.job_expect() returns trigger
language plpgsql as $$
begin
	insert into permafrost.expectations (project_id, kind, id, look_at)
	values (new.project_id, 'job', new.id, clock_timestamp()), (new.project_id, 'backup', new.id, null);
	return null;
end $$;
comment on function permafrost.job_expect is 'Lets engines find out what is expected of a new job';

-- What a run writes while it goes on does not make a job a new one.
create function permafrost.job_expect_anew() returns trigger
language plpgsql as $$
declare
	state constant text[] := '{time_created,time_started,time_ended,current_pid,event,status,result}';
begin
	update permafrost.expectations
	   set look_at = clock_timestamp(),
	       offered_at = case
			when (new.doc->'job_schedule') - state is distinct from (old.doc->'job_schedule') - state
			  or new.doc->'client_id' is distinct from old.doc->'client_id'
			  or (new.doc->'job_schedule'->>'event' = 'start'
			      and old.doc->'job_schedule'->>'event' is distinct from 'start')
			then clock_timestamp() else offered_at end
	 where project_id = new.project_id and kind = 'job' and id = new.id;
	return null;
end $$;
comment on function permafrost.job_expect_anew is 'Lets engines find out what is expected of a job that was changed';

create function permafrost.job_expect_no_more() returns trigger
language plpgsql as $$
begin
	delete from permafrost.expectations
	 where project_id = old.project_id and kind in ('job', 'backup') and id = old.id;
	return null;
end $$;
comment on function permafrost.job_expect_no_more is 'Nothing is expected of a job that is gone';

create trigger job_expected after insert on permafrost.jobs
	for each row execute function permafrost.job_expect();
comment on trigger job_expected on permafrost.jobs is 'A new job is watched';
create trigger job_expected_anew after update on permafrost.jobs
	for each row when (old.doc->'job_schedule' is distinct from new.doc->'job_schedule'
			   or old.doc->'client_id' is distinct from new.doc->'client_id'
			   or old.doc->'job_actions' is distinct from new.doc->'job_actions')
	execute function permafrost.job_expect_anew();
comment on trigger job_expected_anew on permafrost.jobs is 'A run began or ended, or the schedule is another one';
create trigger job_expected_no_more after delete on permafrost.jobs
	for each row execute function permafrost.job_expect_no_more();
comment on trigger job_expected_no_more on permafrost.jobs is 'What is gone is not watched';

-- ---- clients ----------------------------------------------------------------------------------

-- Registering is a sign of life.
create function permafrost.client_expect() returns trigger
language plpgsql as $$
begin
	insert into permafrost.expectations as known (project_id, kind, id, last_at, due_at, late_at)
	select new.project_id, 'client', new.id, now, now + client_silence, now + client_silence
	  from permafrost.watch_settings, clock_timestamp() as now
	    on conflict (project_id, kind, id) do update
	   set last_at = excluded.last_at, due_at = excluded.due_at, late_at = excluded.late_at;
	return null;
end $$;
comment on function permafrost.client_expect is 'Lets a client that registered be expected to ask for work';

create function permafrost.client_expect_no_more() returns trigger
language plpgsql as $$
begin
	delete from permafrost.expectations
	 where project_id = old.project_id and kind = 'client' and id = old.id;
	return null;
end $$;
comment on function permafrost.client_expect_no_more is 'Nothing is expected of a client that is gone';

create trigger client_expected after insert or update on permafrost.clients
	for each row execute function permafrost.client_expect();
comment on trigger client_expected on permafrost.clients is 'A client that registers is alive';
create trigger client_expected_no_more after delete on permafrost.clients
	for each row execute function permafrost.client_expect_no_more();
comment on trigger client_expected_no_more on permafrost.clients is 'What is gone is not watched';

-- ---- what there is already: offered when it was changed last, so that an upgrade alarms nobody ---

insert into permafrost.expectations (project_id, kind, id, offered_at, look_at)
select project_id, kind, id, updated_at, case when kind = 'job' then clock_timestamp() end
  from permafrost.jobs, unnest('{job,backup}'::text[]) as kind;

insert into permafrost.expectations (project_id, kind, id, last_at, offered_at, due_at, late_at)
select project_id, 'client', id, now, created_at, now + client_silence, now + client_silence
  from permafrost.clients, permafrost.watch_settings, clock_timestamp() as now;

-- ---- views ------------------------------------------------------------------------------------

create or replace view permafrost.v_clients as
select project_id,
       id as client_id,
       doc->'client'->>'hostname' as hostname,
       doc->'client'->>'description' as description,
       (doc->'client'->'is_central') is not distinct from 'true' as is_central,
       doc->'client'->>'uuid' as uuid,
       created_at as registered_at,
       (select last_at
	  from permafrost.expectations as expected
	 where expected.project_id = clients.project_id and expected.kind = 'client'
	   and expected.id = clients.id) as last_seen
  from permafrost.clients;
comment on view permafrost.v_clients is 'Clients, flat: the machines that run a scheduler, and when it last asked for work';

drop view permafrost.v_overdue;
create view permafrost.v_overdue as
select expected.project_id,
       expected.kind,
       expected.id,
       case when expected.kind = 'client' then expected.id else job.doc->>'client_id' end as client_id,
       coalesce(job.doc->>'description', client.doc->'client'->>'description') as description,
       expected.last_at,
       expected.due_at,
       date_trunc('second', statement_timestamp() - expected.due_at) as overdue,
       job.doc->'job_schedule'->>'status' as status,
       job.doc->'job_schedule'->>'result' as result,
       expected.reason
  from permafrost.expectations as expected
  left join permafrost.jobs as job
    on expected.kind <> 'client' and job.project_id = expected.project_id and job.id = expected.id
  left join permafrost.clients as client
    on expected.kind = 'client' and client.project_id = expected.project_id and client.id = expected.id
 where expected.late_at < statement_timestamp();   -- unlike clock_timestamp() an index finds it
comment on view permafrost.v_overdue is 'Jobs that should have run, backups older than their schedule allows, and clients that stopped asking for work';

do $$
declare
	told record;
begin
	for told in values
		('v_clients', 'last_seen', 'When its scheduler last registered or asked for work; to the minute'),
		('v_overdue', 'project_id', 'The project that owns it'),
		('v_overdue', 'kind', 'job: it should have begun to run; backup: its newest good backup is too old; client: it is silent'),
		('v_overdue', 'id', 'Id of the job or, of a client, of that'),
		('v_overdue', 'client_id', 'The client: of a job, the one that must run it'),
		('v_overdue', 'description', 'What its owner says about it'),
		('v_overdue', 'last_at', 'When it last happened; null: never'),
		('v_overdue', 'due_at', 'When it should have happened'),
		('v_overdue', 'overdue', 'For how long that is over'),
		('v_overdue', 'status', 'State of the job: running if it still does'),
		('v_overdue', 'result', 'How the last run of the job went'),
		('v_overdue', 'reason', 'Why it never will happen, if so')
	loop
		execute format('comment on column permafrost.%I.%I is %L', told.column1, told.column2, told.column3);
	end loop;
end $$;
