-- doctor_engine: the engines, the latest first; they serve every project: no project_id
-- $1 seconds of silence after which one is down
select host, is_enabled, coalesce(disabled_reason, '') as disabled_reason,
       extract(epoch from clock_timestamp() - coalesce(seen_at, created_at))::bigint as silent_for,
       extract(epoch from clock_timestamp() - coalesce(seen_at, created_at)) <= $1::bigint as is_up
  from permafrost.services
 order by is_enabled desc, coalesce(seen_at, created_at) desc
