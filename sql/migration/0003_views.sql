-- What an operator asks at psql, without jsonpath.

-- Seconds since 1970 as the API has them; -1 and the like mean never.
create function permafrost.epoch_time(value jsonb) returns timestamptz
language sql immutable parallel safe
return case when jsonb_typeof(value) = 'number' and (value #>> '{}')::numeric between 0 and 1e11
	then to_timestamp((value #>> '{}')::float8) end;
comment on function permafrost.epoch_time is 'A time of a document as timestamp; null for never';

create view permafrost.v_backups as
select project_id,
       id as backup_id,
       doc->'backup_metadata'->>'backup_name' as backup_name,
       coalesce(doc->'backup_metadata'->>'hostname', doc->'backup_metadata'->>'host_name') as hostname,
       doc->'backup_metadata'->>'job_id' as job_id,
       permafrost.epoch_time(to_jsonb(permafrost.backup_time(doc))) as made_at,
       coalesce(doc->'backup_metadata'->>'curr_backup_level',
		doc->'backup_metadata'->>'level') as level,
       doc->'backup_metadata'->>'mode' as mode,
       doc->'backup_metadata'->>'storage' as storage,
       doc->'backup_metadata'->>'container' as container,
       coalesce(doc->>'status', 'available') as status,
       created_at as recorded_at
  from permafrost.backups;
comment on view permafrost.v_backups is 'Backups, flat: what was backed up when, and where to';

create view permafrost.v_clients as
select project_id,
       id as client_id,
       doc->'client'->>'hostname' as hostname,
       doc->'client'->>'description' as description,
       (doc->'client'->'is_central') is not distinct from 'true' as is_central,
       doc->'client'->>'uuid' as uuid,
       created_at as registered_at,
       updated_at
  from permafrost.clients;
comment on view permafrost.v_clients is 'Clients, flat: the machines that run a scheduler';

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
       doc->'job_schedule'->>'schedule_interval' as schedule_interval,
       nullif(doc->>'session_id', '') as session_id,
       case when jsonb_typeof(doc->'job_actions') = 'array'
	    then jsonb_array_length(doc->'job_actions') end as actions,
       version,
       updated_at
  from permafrost.jobs;
comment on view permafrost.v_jobs is 'Jobs, flat: what runs where, and how it went last';

create view permafrost.v_jobs_by_status as
select project_id, status, result, count(*) as jobs, max(updated_at) as last_change
  from permafrost.v_jobs
 group by project_id, status, result;
comment on view permafrost.v_jobs_by_status is 'How many jobs of each project are in which state';

create view permafrost.v_last_success as
select distinct on (project_id, hostname, backup_name)
       project_id, hostname, backup_name, made_at, clock_timestamp() - made_at as age, level,
       backup_id
  from permafrost.v_backups
 where status = 'available'
 order by project_id, hostname, backup_name, made_at desc nulls last;
comment on view permafrost.v_last_success is 'The newest good backup of each name and host: its age tells what is overdue';

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
