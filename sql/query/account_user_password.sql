-- account_user_password: a new password; no row comes back when the user is unknown
-- users belong to no project: no project_id to ask for
-- $1 name, $2 password hash
update permafrost.users set password_hash = $2 where name = $1 returning id
