-- trust_keep: write down a new trust and tell which one counts: when another request was first, this
-- one is put down to be given back
-- $1 project, $2 user, $3 trustee, $4 roles, $5 trust_id
with kept as (
	insert into permafrost.trusts (project_id, user_id, trustee_id, roles, trust_id)
	values ($1, $2, $3, $4, $5)
	    on conflict (project_id, user_id, trustee_id, roles) do update set roles = excluded.roles
	returning trust_id
), spare as (
	insert into permafrost.trusts_released (trust_id, project_id)
	select $5, $1 from kept where trust_id <> $5
)
select trust_id from kept
