-- identity_validated_keep: remember what Keystone said of a token; what nobody believes any more goes, a few at a time
-- what Keystone said tells which project the token is for: no project_id to ask for
-- $1 token_hash, $2 what it said, $3 seconds that an answer is believed, $4 epoch second at which the token expires,
-- $5 microseconds since Keystone was asked
with stale as (
	delete from permafrost.validated_tokens
	 where token_hash in (select token_hash from permafrost.validated_tokens
			       where validated_at < clock_timestamp() - $3::bigint * interval '1 second'
				 and token_hash <> $1
			       order by validated_at limit 4 for update skip locked))
insert into permafrost.validated_tokens (token_hash, said, expires_at, validated_at)
values ($1, $2, to_timestamp($4::bigint), clock_timestamp() - $5::bigint * interval '1 microsecond')
    on conflict (token_hash) do update
   set said = excluded.said, validated_at = excluded.validated_at, expires_at = excluded.expires_at
