-- What actions once were, so that a job written back by a scheduler that read it earlier is
-- recognised; and jobs by id alone, for callers whom policy lets see those of every project.

create function permafrost.value_hash(value jsonb) returns bigint
language sql immutable strict parallel safe
return jsonb_hash_extended(jsonb_strip_nulls(value), 0);
comment on function permafrost.value_hash is 'Hash of a value in which a null member counts as absent; equal values have equal hashes, however they are written';

create table permafrost.action_history (
	project_id text not null,
	action_id  text not null,
	key        text not null,
	hash       bigint not null,
	primary key (project_id, action_id, key, hash),
	foreign key (project_id, action_id) references permafrost.actions (project_id, id)
		on delete cascade
);
comment on table permafrost.action_history is 'Values that the members of an action had before they were changed';
comment on column permafrost.action_history.project_id is 'Project of the action';
comment on column permafrost.action_history.action_id is 'The action';
comment on column permafrost.action_history.key is 'Top-level member of the action, e.g. freezer_action';
comment on column permafrost.action_history.hash is 'permafrost.value_hash() of what the member was';

create index jobs_by_id on permafrost.jobs (id, project_id);
comment on index permafrost.jobs_by_id is 'A job in whatever project';
