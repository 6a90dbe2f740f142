-- What engines look for.

create index operation_logs_open on permafrost.operation_logs (created_at) where doc->'ended_at' = 'null';
comment on index permafrost.operation_logs_open is 'Runs that are not over: few, however many there were';

-- The job of a work item tells when it is over: engines need not wait for their next look.
create function permafrost.job_ended() returns trigger
language plpgsql as $$
begin
	perform pg_notify('permafrost_work', '');
	return null;
end $$;
comment on function permafrost.job_ended is 'Tells the engines that a job of theirs may be over';

create trigger job_ended after update on permafrost.jobs
	for each row when (new.doc->'job_schedule'->>'status' = 'completed'
			   and old.doc->'job_schedule'->>'status' is distinct from 'completed'
			   and new.doc ? 'session_id' and new.doc->>'description' like 'permafrost:%')
	execute function permafrost.job_ended();
comment on trigger job_ended on permafrost.jobs is 'Jobs that engines made are described as such';

create table permafrost.trigger_firings (
	project_id text not null,
	trigger_id text not null,
	fire_time  timestamptz not null,
	state      text not null check (state in ('fired', 'missed')),
	noticed_at timestamptz not null default clock_timestamp(),
	primary key (project_id, trigger_id, fire_time),
	foreign key (project_id, trigger_id) references permafrost.triggers (project_id, id) on delete cascade
);
comment on table permafrost.trigger_firings is 'The instants at which triggers were due, each once however many engines there are';
comment on column permafrost.trigger_firings.project_id is 'The project of the trigger';
comment on column permafrost.trigger_firings.trigger_id is 'The trigger';
comment on column permafrost.trigger_firings.fire_time is 'When it was due';
comment on column permafrost.trigger_firings.state is 'fired: its operations were started; missed: no engine noticed within the window';
comment on column permafrost.trigger_firings.noticed_at is 'When an engine noticed';

create table permafrost.operation_runs (
	project_id    text not null,
	operation_id  text not null,
	fire_time     timestamptz not null,
	state         text not null default 'due' check (state in ('due', 'started', 'succeeded', 'failed', 'skipped')),
	checkpoint_id text,
	reason        text,
	ended_at      timestamptz,
	primary key (project_id, operation_id, fire_time),
	foreign key (project_id, operation_id) references permafrost.scheduled_operations (project_id, id) on delete cascade,
	constraint operation_run_ends check ((state in ('due', 'started')) = (ended_at is null))
);
comment on table permafrost.operation_runs is 'What became of each scheduled operation each time its trigger fired';
comment on column permafrost.operation_runs.project_id is 'The project of the operation';
comment on column permafrost.operation_runs.operation_id is 'The scheduled operation';
comment on column permafrost.operation_runs.fire_time is 'When its trigger was due';
comment on column permafrost.operation_runs.state is 'due: to be started; started: its checkpoint is on the way; succeeded; failed; skipped: it was not to run';
comment on column permafrost.operation_runs.checkpoint_id is 'The checkpoint that was made; null: none';
comment on column permafrost.operation_runs.reason is 'Why it failed or was skipped';
comment on column permafrost.operation_runs.ended_at is 'When it was over; null before';
comment on constraint operation_run_ends on permafrost.operation_runs is 'What is over has an end, and nothing else has';

create index operation_runs_open on permafrost.operation_runs (fire_time) where state in ('due', 'started');
comment on index permafrost.operation_runs_open is 'What engines have to do: small however often triggers fired';

create index jobs_of_engines on permafrost.jobs (project_id, id) where doc->>'description' like 'permafrost:%';
comment on index permafrost.jobs_of_engines is 'Jobs that engines made, which go when their run is over: few';
create index sessions_of_engines on permafrost.sessions (project_id, id) where doc->>'description' like 'permafrost:%';
comment on index permafrost.sessions_of_engines is 'Sessions that engines made, in the same way';
