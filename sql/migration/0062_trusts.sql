-- Trusts: a central scheduler acts for the users whose jobs it runs. Keystone holds the trusts;
-- here is which job has which. They are no part of a job's document, so that no search finds them.

create table permafrost.trusts (
	project_id text not null,
	trust_id   text not null,
	user_id    text not null,
	trustee_id text not null,
	roles      text not null,
	created_at timestamptz not null default clock_timestamp(),
	primary key (project_id, trust_id),
	unique (project_id, user_id, trustee_id, roles)
);
comment on table permafrost.trusts is 'Trusts at Keystone that let a central scheduler act for who wrote a job';
comment on column permafrost.trusts.project_id is 'The project in which the trust counts';
comment on column permafrost.trusts.trust_id is 'Its id at Keystone';
comment on column permafrost.trusts.user_id is 'The user who gave it, Keystone''s trustor';
comment on column permafrost.trusts.trustee_id is 'The service user who got it';
comment on column permafrost.trusts.roles is 'The roles it gives, in order, separated by commas';
comment on column permafrost.trusts.created_at is 'When it was made';

create table permafrost.trusts_released (
	trust_id    text primary key,
	project_id  text not null,
	released_at timestamptz not null default clock_timestamp(),
	tries       integer not null default 0,
	next_try    timestamptz not null default clock_timestamp()
);
comment on table permafrost.trusts_released is 'Trusts that no job uses any more, until Keystone has deleted them';
comment on column permafrost.trusts_released.trust_id is 'Its id at Keystone';
comment on column permafrost.trusts_released.project_id is 'The project in which it counted';
comment on column permafrost.trusts_released.released_at is 'When the last job that used it went';
comment on column permafrost.trusts_released.tries is 'How often Keystone was asked to delete it';
comment on column permafrost.trusts_released.next_try is 'When it is asked again';

alter table permafrost.jobs add column trust_id text;
alter table permafrost.jobs add constraint jobs_trust foreign key (project_id, trust_id)
	references permafrost.trusts (project_id, trust_id) on update cascade;
comment on column permafrost.jobs.trust_id is 'The trust with which a central scheduler runs it; null: none';
comment on constraint jobs_trust on permafrost.jobs is 'A job''s trust is one for its own project, and outlives it';
create index jobs_trust on permafrost.jobs (project_id, trust_id) where trust_id is not null;
comment on index permafrost.jobs_trust is 'Whether a job still uses a trust';

create function permafrost.job_credentials(project text, job text) returns jsonb
language sql stable parallel safe
begin atomic
	select jsonb_build_object('user_credentials', jsonb_build_object(
		       'trust_id', trusts.trust_id, 'trustor_user_id', trusts.user_id))
	  from permafrost.jobs join permafrost.trusts using (project_id, trust_id)
	 where jobs.project_id = project and jobs.id = job;
end;
comment on function permafrost.job_credentials is 'user_credentials of a job, for those who may see them; null: it has none';

create or replace function permafrost.job_shown(project_id text, doc jsonb, privileged boolean) returns jsonb
language sql stable parallel safe
return case when privileged then doc || coalesce(permafrost.job_credentials(project_id, doc->>'job_id'), '{}')
	    when doc #> '{job_schedule,current_pid}' is null
		 or not permafrost.job_runs_elsewhere(project_id, coalesce(doc->>'client_id', '')) then doc
	    else doc #- '{job_schedule,current_pid}' end;
comment on function permafrost.job_shown is 'A job as a caller may see it: current_pid only if the client is the project''s own, or the caller privileged; user_credentials only if privileged';

create or replace function permafrost.job_in_v1(job jsonb) returns jsonb
language sql immutable strict parallel safe
return (job - '{project_id,user_credentials}'::text[])
	|| jsonb_build_object('job_actions', coalesce(
		(select jsonb_agg(entry - 'project_id' order by n)
		   from jsonb_array_elements(job->'job_actions') with ordinality as e (entry, n)), '[]'))
	|| case when jsonb_array_length(job->'job_actions') = 1
		then jsonb_build_object('job_action', job #> '{job_actions,0,freezer_action}')
		else '{}' end;
comment on function permafrost.job_in_v1 is 'A job as Freezer v1 shows it: no projects, no trusts, and its only action also as job_action';
