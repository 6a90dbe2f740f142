-- What Keystone said of tokens, for all workers: one of them asks, the others need not. It is no
-- loss when a crash of PostgreSQL empties it, so it costs no write-ahead log.
create unlogged table permafrost.validated_tokens (
	token_hash   text primary key,
	said         jsonb not null,
	validated_at timestamptz not null,
	expires_at   timestamptz not null
);
create index validated_tokens_when on permafrost.validated_tokens (validated_at);
comment on index permafrost.validated_tokens_when is 'Answers that are too old to be believed, to be deleted';
comment on table permafrost.validated_tokens is 'Tokens that Keystone validated in the last minutes, so that not every worker asks about each';
comment on column permafrost.validated_tokens.token_hash is 'SHA-256 of the token, in hex; the token itself is not kept';
comment on column permafrost.validated_tokens.said is 'What Keystone said of it, without the catalog';
comment on column permafrost.validated_tokens.validated_at is 'When Keystone was asked; it is believed for [keystone_authtoken] token_cache_time from then';
comment on column permafrost.validated_tokens.expires_at is 'When the token ends by itself';
