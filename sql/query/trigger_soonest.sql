-- trigger_soonest: milliseconds until the first trigger is due, of any project, so no project_id is
-- asked for
select ceil(extract(epoch from min(next_at) - clock_timestamp()) * 1000)::bigint as ms
  from permafrost.triggers
