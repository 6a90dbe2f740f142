-- trust_renew: put a new trust in the place of one that Keystone no longer knows; the jobs follow
-- $1 project, $2 the old trust_id, $3 the new one
update permafrost.trusts
   set trust_id = $3, created_at = clock_timestamp()
 where project_id = $1 and trust_id = $2
returning trust_id
