-- job_trust_drop: a job that no central client runs any more needs no trust
-- $1 project, $2 job_id
update permafrost.jobs
   set trust_id = null
 where project_id = $1 and id = $2 and trust_id is not null
   and not exists (select
		     from permafrost.clients
		    where clients.id = jobs.doc ->> 'client_id'
		      and (clients.doc->'client'->'is_central') = 'true')
