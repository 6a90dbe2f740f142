-- Standalone identity: users, projects, roles and tokens, where there is no Keystone.

create table permafrost.projects (
	id         text primary key check (id ~ '^[0-9A-Za-z_-]{1,64}$'),
	name       text not null unique check (name <> ''),
	enabled    boolean not null default true,
	created_at timestamptz not null default clock_timestamp()
);
comment on table permafrost.projects is 'Projects of the standalone identity; documents carry their id';
comment on column permafrost.projects.id is 'What documents, paths and tokens say';
comment on column permafrost.projects.name is 'What people say at login';
comment on column permafrost.projects.enabled is 'A disabled project gives no tokens, and those given count no more';
comment on column permafrost.projects.created_at is 'When it was made';

create table permafrost.users (
	id            text primary key,
	name          text not null unique check (name <> ''),
	password_hash text not null,
	enabled       boolean not null default true,
	created_at    timestamptz not null default clock_timestamp()
);
comment on table permafrost.users is 'Users of the standalone identity';
comment on column permafrost.users.id is 'What documents and tokens say';
comment on column permafrost.users.name is 'What people say at login';
comment on column permafrost.users.password_hash is 'crypt(5), yescrypt; the password itself is kept nowhere';
comment on column permafrost.users.enabled is 'A disabled user gets no tokens, and those given count no more';
comment on column permafrost.users.created_at is 'When it was made';

create table permafrost.role_assignments (
	user_id    text not null references permafrost.users on delete cascade,
	project_id text not null references permafrost.projects on delete cascade,
	role       text not null check (role in ('admin', 'member', 'reader', 'service')),
	primary key (user_id, project_id, role)
);
create index role_assignments_project on permafrost.role_assignments (project_id);
comment on index permafrost.role_assignments_project is 'Who has a role in a project';
comment on table permafrost.role_assignments is 'Who may do what where; admin implies member, member implies reader';
comment on column permafrost.role_assignments.user_id is 'The user';
comment on column permafrost.role_assignments.project_id is 'The project in which the role counts';
comment on column permafrost.role_assignments.role is 'admin, member, reader or service';

create table permafrost.tokens (
	token_hash text primary key,
	user_id    text not null references permafrost.users on delete cascade,
	project_id text references permafrost.projects on delete cascade,
	methods    text not null,
	audit_id   text not null,
	issued_at  timestamptz not null default clock_timestamp(),
	expires_at timestamptz not null
);
create index tokens_expiry on permafrost.tokens (expires_at);
comment on index permafrost.tokens_expiry is 'Tokens that have ended, to be deleted';
create index tokens_user on permafrost.tokens (user_id);
comment on index permafrost.tokens_user is 'Tokens of a user';
create index tokens_project on permafrost.tokens (project_id);
comment on index permafrost.tokens_project is 'Tokens of a project';
comment on table permafrost.tokens is 'Tokens that were given out and have neither expired nor been revoked';
comment on column permafrost.tokens.token_hash is 'SHA-256 of the token in hex; the token itself is kept nowhere';
comment on column permafrost.tokens.user_id is 'Whose token it is';
comment on column permafrost.tokens.project_id is 'The project it is scoped to; null: unscoped';
comment on column permafrost.tokens.methods is 'How the user proved who they are: password or token, comma-separated';
comment on column permafrost.tokens.audit_id is 'Names the token in audit trails without being it';
comment on column permafrost.tokens.issued_at is 'When it was given out';
comment on column permafrost.tokens.expires_at is 'When it ends by itself';

create table permafrost.login_failures (
	user_name   text not null,
	remote_addr text not null,
	failed_at   timestamptz not null default clock_timestamp()
);
create index login_failures_who on permafrost.login_failures (user_name, remote_addr, failed_at);
comment on index permafrost.login_failures_who is 'Failures of a name from an address';
create index login_failures_when on permafrost.login_failures (failed_at);
comment on index permafrost.login_failures_when is 'Failures that are long over, to be deleted';
comment on table permafrost.login_failures is 'Wrong passwords of the last minutes; too many of them close the door for a while';
comment on column permafrost.login_failures.user_name is 'The name that was tried, whether or not there is such a user';
comment on column permafrost.login_failures.remote_addr is 'Where the attempt came from';
comment on column permafrost.login_failures.failed_at is 'When';

-- Workers believe a token they have seen for a while; this tells them to look again.
create function permafrost.identity_changed() returns trigger
language plpgsql as $$
begin
	perform pg_notify('permafrost_identity', '');
	return null;
end $$;
comment on function permafrost.identity_changed is 'Tells all workers to forget what they know of tokens';

create trigger identity_changed after delete on permafrost.tokens
	for each row when (old.expires_at > clock_timestamp()) execute function permafrost.identity_changed();
create trigger identity_changed after update or delete on permafrost.users
	for each statement execute function permafrost.identity_changed();
create trigger identity_changed after update or delete on permafrost.projects
	for each statement execute function permafrost.identity_changed();
create trigger identity_changed after insert or update or delete on permafrost.role_assignments
	for each statement execute function permafrost.identity_changed();

comment on trigger identity_changed on permafrost.tokens is 'A token that was still good is no longer';
comment on trigger identity_changed on permafrost.users is 'A user may be disabled, renamed or gone';
comment on trigger identity_changed on permafrost.projects is 'A project may be disabled, renamed or gone';
comment on trigger identity_changed on permafrost.role_assignments is 'Somebody may do more or less than before';
