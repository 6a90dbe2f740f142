-- Restores and verifications: the run of each, and what opens the target of a restore.

create function permafrost.attempt_shown(doc jsonb) returns jsonb
language sql immutable parallel safe
return doc || jsonb_build_object('resource_status', doc->'resources_status',
				 'resource_reason', doc->'resources_reason');
comment on function permafrost.attempt_shown is 'A restore or verification as the API shows it: its maps under the names of the contract and of the original';

alter table permafrost.restores add column run_id text;
comment on column permafrost.restores.run_id is 'Its run: the operation log and the work items that carry it out';
alter table permafrost.verifications add column run_id text;
comment on column permafrost.verifications.run_id is 'Its run: the operation log and the work items that carry it out';

create unique index restores_run on permafrost.restores (project_id, run_id);
comment on index permafrost.restores_run is 'The restore that a run settles';
create unique index verifications_run on permafrost.verifications (project_id, run_id);
comment on index permafrost.verifications_run is 'The verification that a run settles';

create table permafrost.restore_secrets (
	project_id text not null,
	restore_id text not null,
	key_id     text not null,
	sealed     bytea not null,
	primary key (project_id, restore_id),
	foreign key (project_id, restore_id) references permafrost.restores (project_id, id)
		on delete cascade
);
comment on table permafrost.restore_secrets is 'The restore_auth of restores that are not over, sealed with a key that is not in this database';
comment on column permafrost.restore_secrets.project_id is 'The project that owns the restore; the seal is bound to it';
comment on column permafrost.restore_secrets.restore_id is 'The restore; the seal is bound to it';
comment on column permafrost.restore_secrets.key_id is 'Which key opens it: a hash';
comment on column permafrost.restore_secrets.sealed is 'XChaCha20-Poly1305: nonce, ciphertext, tag';

-- Who settles a restore can't forget that its secret is of no more use.
create function permafrost.restore_is_over() returns trigger
language plpgsql as $$
begin
	delete from permafrost.restore_secrets
	 where project_id = new.project_id and restore_id = new.id;
	return null;
end $$;
comment on function permafrost.restore_is_over is 'Forgets what opens the target of a restore that is over';

create trigger restore_is_over after update on permafrost.restores
	for each row when (new.status <> 'in_progress')
	execute function permafrost.restore_is_over();
comment on trigger restore_is_over on permafrost.restores is 'A secret is kept for as long as it is needed';
