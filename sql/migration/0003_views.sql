-- What an operator asks at psql, without jsonpath; doc/psql.md has examples.

-- Seconds since 1970 as the API has them; -1 and the like mean never.
create function permafrost.epoch_time(value jsonb) returns timestamptz
language sql immutable parallel safe
return case when jsonb_typeof(value) = 'number' and (value #>> '{}')::numeric between 0 and 1e11
	then to_timestamp((value #>> '{}')::float8) end;
comment on function permafrost.epoch_time is 'A time of a document as timestamp; null for never';

create function permafrost.interval_of(schedule_interval text) returns interval
language sql stable parallel safe
return case when schedule_interval ~ '^[0-9]{1,6}\s+(weeks|days|hours|minutes|seconds)$'
	then schedule_interval::interval end;
comment on function permafrost.interval_of is 'The schedule_interval of a job; null for continuous and for none';

create view permafrost.v_backups as
select project_id,
       id as backup_id,
       doc->'backup_metadata'->>'backup_name' as backup_name,
       coalesce(doc->'backup_metadata'->>'hostname', doc->'backup_metadata'->>'host_name') as hostname,
       doc->'backup_metadata'->>'job_id' as job_id,
       permafrost.epoch_time(to_jsonb(made_at)) as made_at,
       coalesce(doc->'backup_metadata'->>'curr_backup_level',
		doc->'backup_metadata'->>'level') as level,
       doc->'backup_metadata'->>'mode' as mode,
       doc->'backup_metadata'->>'storage' as storage,
       doc->'backup_metadata'->>'container' as container,
       permafrost.text_number(doc->'backup_metadata'->>'backup_size_uncompressed') as size,
       permafrost.text_number(doc->'backup_metadata'->>'backup_size_compressed') as size_stored,
       coalesce(doc->>'status', 'available') as status,
       created_at as recorded_at
  from permafrost.backups;
comment on view permafrost.v_backups is 'Backups, flat: what was backed up when, how much, and where to';

-- Schedulers say nothing when they only ask for work: what they write is what can be seen of them.
create view permafrost.v_clients as
select project_id,
       id as client_id,
       doc->'client'->>'hostname' as hostname,
       doc->'client'->>'description' as description,
       (doc->'client'->'is_central') is not distinct from 'true' as is_central,
       doc->'client'->>'uuid' as uuid,
       created_at as registered_at,
       greatest(updated_at, (
		select max(greatest(permafrost.epoch_time(job.doc->'job_schedule'->'time_started'),
				    permafrost.epoch_time(job.doc->'job_schedule'->'time_ended')))
		  from permafrost.jobs as job
		 where job.terms @> array[permafrost.term('client_id', to_jsonb(clients.id))]
		   and job.doc->>'client_id' = clients.id
		   and (job.project_id = clients.project_id
			or (clients.doc->'client'->'is_central') = 'true'))) as last_seen
  from permafrost.clients;
comment on view permafrost.v_clients is 'Clients, flat: the machines that run a scheduler, and when it did something last';

create view permafrost.v_jobs as
select project_id,
       id as job_id,
       doc->>'description' as description,
       doc->>'client_id' as client_id,
       coalesce(doc->'job_schedule'->>'status', '') as status,
       coalesce(doc->'job_schedule'->>'result', '') as result,
       coalesce(doc->'job_schedule'->>'event', '') as event,
       permafrost.epoch_time(doc->'job_schedule'->'time_started') as started_at,
       permafrost.epoch_time(doc->'job_schedule'->'time_ended') as ended_at,
       greatest(
		(select permafrost.epoch_time(to_jsonb(max(made_at)))
		   from permafrost.backups as backup
		  where backup.project_id = jobs.project_id
		    and backup.doc->'backup_metadata'->>'job_id' = jobs.id
		    and coalesce(backup.doc->>'status', 'available') = 'available'),
		case when doc->'job_schedule'->>'result' = 'success'
		     then permafrost.epoch_time(doc->'job_schedule'->'time_ended') end) as last_success,
       doc->'job_schedule'->>'schedule_interval' as schedule_interval,
       nullif(doc->>'session_id', '') as session_id,
       case when jsonb_typeof(doc->'job_actions') = 'array'
	    then jsonb_array_length(doc->'job_actions') end as actions,
       version,
       created_at,
       updated_at
  from permafrost.jobs;
comment on view permafrost.v_jobs is 'Jobs, flat: what runs where, how it went last, and when it went well';

create view permafrost.v_jobs_by_status as
select project_id,
       coalesce(doc->'job_schedule'->>'status', '') as status,
       coalesce(doc->'job_schedule'->>'result', '') as result,
       count(*) as jobs,
       max(updated_at) as last_change
  from permafrost.jobs
 group by 1, 2, 3;
comment on view permafrost.v_jobs_by_status is 'How many jobs of each project are in which state';

create view permafrost.v_overdue as
select project_id, job_id, description, client_id, schedule_interval, last_success, due_at,
       date_trunc('second', clock_timestamp() - due_at) as overdue, status, result
  from (select *, coalesce(last_success, created_at) + permafrost.interval_of(schedule_interval) as due_at
	  from permafrost.v_jobs
	 where status <> 'completed' and permafrost.interval_of(schedule_interval) is not null) as regular
 where due_at < clock_timestamp();
comment on view permafrost.v_overdue is 'Jobs with an interval that did not go well for longer than that';

create view permafrost.v_last_success as
select distinct on (project_id, hostname, backup_name)
       project_id, hostname, backup_name, made_at,
       date_trunc('second', clock_timestamp() - made_at) as age, level, backup_id
  from permafrost.v_backups
 where status = 'available'
 order by project_id, hostname, backup_name, made_at desc nulls last;
comment on view permafrost.v_last_success is 'The newest good backup of each name and host';

create view permafrost.v_sessions as
select project_id,
       id as session_id,
       doc->>'description' as description,
       doc->>'status' as status,
       doc->>'result' as result,
       permafrost.text_number(doc->>'session_tag') as session_tag,
       permafrost.epoch_time(doc->'time_start') as started_at,
       permafrost.epoch_time(doc->'time_end') as ended_at,
       (select count(*) from jsonb_object_keys(case when jsonb_typeof(doc->'jobs') = 'object'
						    then doc->'jobs' end)) as jobs,
       updated_at
  from permafrost.sessions;
comment on view permafrost.v_sessions is 'Sessions, flat: groups of jobs and their last common run';

-- A column means the same in each view, so it is told once.
do $$
declare
	told   record;
	column_of record;
begin
	for told in values
		('project_id', 'The project that owns it'),
		('backup_id', 'Id of the backup'),
		('client_id', 'Id of the client; of a job: the client that must run it'),
		('job_id', 'Id of the job; of a backup: the job that made it'),
		('session_id', 'Id of the session; of a job: the session it belongs to'),
		('backup_name', 'The name that backups of the same thing share'),
		('hostname', 'The machine'),
		('description', 'What its owner says about it'),
		('made_at', 'When it was made, says its agent'),
		('recorded_at', 'When it was made known here'),
		('level', '0 is a full backup, others build upon the level below'),
		('mode', 'What was backed up: fs, mysql, ...'),
		('storage', 'What kind of place it is in: local, swift, ...'),
		('container', 'Which place it is in'),
		('size', 'Bytes that were backed up, if the agent told'),
		('size_stored', 'Bytes that this takes in its place, if the agent told'),
		('is_central', 'Works for every project'),
		('uuid', 'Another id, given at registration'),
		('registered_at', 'When it was first registered'),
		('last_seen', 'When its scheduler last registered, or began or ended a job'),
		('status', 'State: of a job "" until it ran, running, scheduled, completed; of a backup available unless told otherwise'),
		('result', 'How the last run went'),
		('event', 'What its scheduler is asked to do next: start, stop, abort'),
		('started_at', 'When the last run began'),
		('ended_at', 'When the last run ended'),
		('last_success', 'When a run last went well: its newest good backup, or the end of the last run'),
		('schedule_interval', 'How often it runs'),
		('actions', 'How many actions it has'),
		('version', 'Grows by one with every change'),
		('created_at', 'When it was made'),
		('updated_at', 'When it was last changed'),
		('jobs', 'How many jobs'),
		('last_change', 'When one of them was last changed'),
		('due_at', 'When it should have gone well again'),
		('overdue', 'For how long that is over'),
		('age', 'How long that is ago'),
		('session_tag', 'Number of the last common run')
	loop
		for column_of in
			select attrelid::regclass as view
			  from pg_attribute join pg_class on pg_class.oid = attrelid
			 where relnamespace = 'permafrost'::regnamespace and relkind = 'v' and attname = told.column1
		loop
			execute format('comment on column %s.%I is %L', column_of.view, told.column1, told.column2);
		end loop;
	end loop;
end $$;
