-- identity_token_add: keep a new token's hash, and let go of those that ended and of the user's oldest
-- that are too many; no row is added when user, password or project are no longer what they were when
-- the login was checked
-- $1 token_hash, $2 user_id, $3 project_id or null, $4 methods, $5 audit_id, $6 seconds it lives,
-- $7 epoch second it must not outlive (null: none), $8 password hash that the user still must have,
-- $9 tokens that a user may have (0: as many as come)
with ended as (
	delete from permafrost.tokens
	 where token_hash in (select token_hash from permafrost.tokens
			       where expires_at < clock_timestamp() - interval '1 minute'
			       order by expires_at limit 100 for update skip locked)
), surplus as (
	delete from permafrost.tokens
	 where token_hash in (select token_hash from permafrost.tokens
			       where token_hash in (select token_hash from permafrost.tokens
						     where user_id = $2 and $9::bigint > 0
						     order by issued_at desc
						    offset greatest($9::bigint - 1, 0) limit 100)
				 for update skip locked)
)
insert into permafrost.tokens (token_hash, user_id, project_id, methods, audit_id, expires_at)
select $1, u.id, $3, $4, $5,
       least(date_trunc('second', clock_timestamp()) + make_interval(secs => $6::bigint),
	     to_timestamp($7::bigint))
  from permafrost.users u
 where u.id = $2 and u.enabled and u.password_hash = $8
   and ($3::text is null or exists (select from permafrost.projects p where p.id = $3 and p.enabled for share))
   for share of u
