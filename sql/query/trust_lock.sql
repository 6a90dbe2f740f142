-- trust_lock: nobody can take up this trust until the transaction ends
-- $1 project, $2 trust_id
select 1
  from permafrost.trusts
 where project_id = $1 and trust_id = $2
   for update
