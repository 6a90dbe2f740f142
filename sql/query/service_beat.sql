-- service_beat: an engine of this host is there; processes belong to no project: no project_id
-- $1 program, $2 host
insert into permafrost.services as service (binary_name, host, seen_at)
values ($1, $2, clock_timestamp())
    on conflict (binary_name, host) do update set seen_at = excluded.seen_at
returning is_enabled
