-- identity_token_find: who is behind a token; no row when it does not count (any more)
-- the token alone tells which project it is for
-- $1 token_hash
-- prepared: one row by its primary key, and by theirs those it names
select t.user_id, u.name as user_name, u.password_hash, t.project_id, p.name as project_name,
       t.methods, t.audit_id, r.roles,
       extract(epoch from t.expires_at)::bigint as expires_epoch,
       to_char(t.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as expires_at,
       to_char(t.issued_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as issued_at
  from permafrost.tokens t
  join permafrost.users u on u.id = t.user_id and u.enabled
  left join permafrost.projects p on p.id = t.project_id and p.enabled
  left join lateral (select string_agg(role, ',' order by role) as roles
		       from permafrost.role_assignments
		      where user_id = t.user_id and project_id = p.id) r on true
 where t.token_hash = $1 and t.expires_at > clock_timestamp()
   and (t.project_id is null or r.roles is not null)
