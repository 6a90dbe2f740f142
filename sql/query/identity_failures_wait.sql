-- identity_failures_wait: seconds until the next try; no row when there were fewer wrong passwords of
-- one user from one address within the window than are let pass
-- users belong to no project: no project_id to ask for
-- $1 user name, $2 remote_addr, $3 window in seconds, $4 how many are let pass
select greatest(1, ceil(extract(epoch from failed_at - clock_timestamp()) + $3::bigint))::int as wait
  from permafrost.login_failures
 where user_name = $1 and remote_addr = $2
   and failed_at > clock_timestamp() - make_interval(secs => $3::bigint)
 order by failed_at desc
offset $4::bigint - 1 limit 1
