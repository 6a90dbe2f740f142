-- operation_trust_set: a scheduled operation takes up a trust, unless that was put down meanwhile
-- $1 project, $2 operation, $3 trust_id
with held as (
	select trust_id from permafrost.trusts where project_id = $1 and trust_id = $3 for key share
)
update permafrost.scheduled_operations
   set trust_id = held.trust_id
  from held
 where project_id = $1 and id = $2
returning scheduled_operations.trust_id
