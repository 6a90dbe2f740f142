-- identity_failures_count: wrong passwords of one name from one address within the window
-- users belong to no project: no project_id to ask for
-- $1 user name, $2 remote_addr, $3 window in seconds
select count(*) as failures,
       coalesce(ceil(extract(epoch from min(failed_at) - clock_timestamp())) + $3::bigint, 0)::int
	as wait
  from permafrost.login_failures
 where user_name = $1 and remote_addr = $2
   and failed_at > clock_timestamp() - make_interval(secs => $3::bigint)
