-- account_user_enable: let a user in, or keep one out; no row comes back when the user is unknown
-- users belong to no project: no project_id to ask for
-- $1 name, $2 enabled
update permafrost.users set enabled = $2::boolean where name = $1 returning id
