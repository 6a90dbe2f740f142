-- expectation_claim: jobs to be looked at, kept from other engines until the transaction ends; of
-- every project, so no project_id is asked for
select expected.project_id, expected.id,
       extract(epoch from expected.offered_at)::bigint as offered,
       coalesce(job.doc->>'client_id', '') <> '' as has_client,
       coalesce(job.doc->'job_schedule', '{}')::text as schedule,
       extract(epoch from permafrost.epoch_time(job.doc->'job_schedule'->'time_started'))::bigint as began,
       job.doc->'job_actions' @> '[{"freezer_action": {"action": "backup"}}]' as makes_backups,
       (select made_at
	  from permafrost.backups as backup
	 where backup.project_id = expected.project_id
	   and backup.doc->'backup_metadata'->>'job_id' = expected.id
	   and backup.made_at between 0 and 100000000000
	   and coalesce(backup.doc->>'status', 'available') = 'available'
	 order by made_at desc
	 limit 1) as backed_up
  from permafrost.expectations as expected
  join permafrost.jobs as job on job.project_id = expected.project_id and job.id = expected.id
 where expected.kind = 'job' and expected.look_at <= statement_timestamp()
 order by expected.look_at
 limit 100
   for update of expected skip locked
