-- identity_failure_add: a wrong password was tried; what is older than the window is let go
-- users belong to no project: no project_id to ask for
-- $1 user name, $2 remote_addr, $3 window in seconds
with old as (
	delete from permafrost.login_failures
	 where ctid in (select ctid from permafrost.login_failures
			 where failed_at < clock_timestamp() - make_interval(secs => $3::bigint)
			 limit 100 for update skip locked)
)
insert into permafrost.login_failures (user_name, remote_addr) values ($1, $2)
