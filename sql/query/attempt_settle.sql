-- attempt_settle: the restore or the verification of a run gets the status that the run came to,
-- and what each of its resources came to, once
-- $1 project_id, $2 run, $3 status, $4 {"TYPE#ID": state}, $5 {"TYPE#ID": reason} of those that failed
with news as (
	select jsonb_build_object('status', $3::text, 'resources_status', $4::jsonb,
				  'resources_reason', $5::jsonb) as members),
     restored as (
	update permafrost.restores
	   set doc = doc || members, version = version + 1, updated_at = clock_timestamp()
	  from news
	 where project_id = $1 and run_id = $2 and doc->>'status' = 'in_progress')
update permafrost.verifications
   set doc = doc || members, version = version + 1, updated_at = clock_timestamp()
  from news
 where project_id = $1 and run_id = $2 and doc->>'status' = 'in_progress'
