-- service_beat: an engine of this host is there; was its last beat later than now, and which schema
-- is it? Processes belong to no project: no project_id
-- $1 program, $2 host
with before as (
	select seen_at
	  from permafrost.services
	 where binary_name = $1 and host = $2)
insert into permafrost.services as service (binary_name, host, seen_at)
values ($1, $2, statement_timestamp())
    on conflict (binary_name, host) do update set seen_at = excluded.seen_at
returning is_enabled,
	  (select seen_at > statement_timestamp() + interval '10 seconds' from before) is true as is_put_back,
	  (select max(version) from permafrost.schema_version) as schema_version
