-- What operators need: a role for the workers that can't change the schema, and a bound on tokens.

create function permafrost.allow_worker(role text) returns boolean
language plpgsql as $$
begin
	if not exists (select from pg_roles where rolname = role) then
		return false;
	end if;
	execute format('grant usage on schema permafrost to %I', role);
	execute format('grant select, insert, update, delete on all tables in schema permafrost to %I', role);
	execute format('grant usage on all sequences in schema permafrost to %I', role);
	execute format('revoke insert, update, delete on permafrost.schema_version from %I', role);
	-- and on what later migrations make
	execute format('alter default privileges in schema permafrost
			grant select, insert, update, delete on tables to %I', role);
	execute format('alter default privileges in schema permafrost grant usage on sequences to %I', role);
	return true;
end $$;
comment on function permafrost.allow_worker is 'Lets a role do what workers and engines need, and no more; false when there is no such role';
revoke execute on function permafrost.allow_worker from public;

-- the newest first: which tokens of a user are too many
create index tokens_user_age on permafrost.tokens (user_id, issued_at desc);
comment on index permafrost.tokens_user_age is 'Tokens of a user, by age';
drop index permafrost.tokens_user;
