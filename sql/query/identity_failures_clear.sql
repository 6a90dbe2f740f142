-- identity_failures_clear: the right password came
-- users belong to no project: no project_id to ask for
-- $1 user name, $2 remote_addr
delete from permafrost.login_failures where user_name = $1 and remote_addr = $2
