-- identity_user_find: a user by id or by name
-- users belong to no project: no project_id to ask for
-- $1 id or null, $2 name or null
select id, name, password_hash, enabled
  from permafrost.users
 where id = $1 or name = $2
