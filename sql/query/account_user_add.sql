-- account_user_add: a new user; no row comes back when the name is taken
-- users belong to no project: no project_id to ask for
-- $1 id, $2 name, $3 password hash
insert into permafrost.users (id, name, password_hash) values ($1, $2, $3)
    on conflict do nothing returning id
