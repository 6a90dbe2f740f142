-- clients_seen: schedulers asked for work; noted once a minute at most, and without waiting for
-- the disk. What another worker notes at this moment is left to it
-- $1 [{"project_id", "client_id", "is_central": may be a client of another project, "ago": seconds}]
with quick as materialized (
	select set_config('synchronous_commit', 'off', true)),
     seen as (
	select client_id, clock_timestamp() - ago * interval '1 second' as at,
	       coalesce((select project_id from permafrost.clients as own
			  where own.project_id = seen.project_id and own.id = seen.client_id),
			(select project_id from permafrost.clients as central
			  where seen.is_central and central.id = seen.client_id
			    and (central.doc->'client'->'is_central') = 'true')) as owner
	  from jsonb_to_recordset($1::jsonb)
	       as seen (project_id text, client_id text, is_central boolean, ago float8), quick),
     due as (
	select expected.project_id, expected.id, seen.at
	  from seen
	  join permafrost.expectations as expected
	    on expected.project_id = seen.owner and expected.kind = 'client'
	   and expected.id = seen.client_id
	 where expected.last_at <= seen.at - interval '1 minute'
	   for update of expected skip locked)
update permafrost.expectations as expected
   set last_at = due.at, due_at = due.at + client_silence, late_at = due.at + client_silence
  from due, permafrost.watch_settings
 where expected.project_id = due.project_id and expected.kind = 'client'
   and expected.id = due.id
