-- account_user_password: a new password ends the tokens that the old one gave
-- users belong to no project: no project_id to ask for
-- $1 name, $2 password hash
with changed as (
	update permafrost.users set password_hash = $2 where name = $1 returning id
), revoked as (
	delete from permafrost.tokens where user_id in (select id from changed)
)
select id from changed
