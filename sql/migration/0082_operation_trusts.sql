-- Scheduled operations act with the rights of who made them, also when the cloud is asked; and what
-- can't run while a service of the cloud is away is tried again.

alter table permafrost.scheduled_operations add column trust_id text;
alter table permafrost.scheduled_operations add constraint scheduled_operations_trust
	foreign key (project_id, trust_id) references permafrost.trusts (project_id, trust_id) on update cascade;
comment on column permafrost.scheduled_operations.trust_id is 'The trust with which engines ask the cloud for who made it; null: none';
comment on constraint scheduled_operations_trust on permafrost.scheduled_operations is 'An operation''s trust is one for its own project, and outlives it';
create index scheduled_operations_trust on permafrost.scheduled_operations (project_id, trust_id)
	where trust_id is not null;
comment on index permafrost.scheduled_operations_trust is 'Whether an operation still uses a trust';

alter table permafrost.operation_runs add column tries integer not null default 0;
alter table permafrost.operation_runs add column next_try timestamptz;
comment on column permafrost.operation_runs.tries is 'How often it could not be started yet, as a service of the cloud was away';
comment on column permafrost.operation_runs.next_try is 'When it is tried again; null: at once';

create function permafrost.trust_is_used(project text, trust text) returns boolean
language sql stable parallel safe
begin atomic
	select exists (select from permafrost.jobs where project_id = project and trust_id = trust)
	    or exists (select from permafrost.scheduled_operations
			where project_id = project and trust_id = trust);
end;
comment on function permafrost.trust_is_used is 'Does a job or a scheduled operation use this trust?';

comment on table permafrost.trusts is 'Trusts at Keystone with which central schedulers and engines act for users';
comment on table permafrost.trusts_released is 'Trusts that nothing uses any more, until Keystone has deleted them';
comment on column permafrost.trusts_released.released_at is 'When the last job or operation that used it went';
