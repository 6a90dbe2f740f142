-- job_trust_set: a job takes up a trust, unless that was put down meanwhile
-- $1 project, $2 job_id, $3 trust_id
with held as (
	select trust_id from permafrost.trusts where project_id = $1 and trust_id = $3 for key share
)
update permafrost.jobs
   set trust_id = held.trust_id
  from held
 where project_id = $1 and id = $2
returning jobs.trust_id
