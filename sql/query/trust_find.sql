-- trust_find: the trust that a user gave to a trustee for a project with these roles
-- $1 project, $2 user, $3 trustee, $4 roles
select trust_id
  from permafrost.trusts
 where project_id = $1 and user_id = $2 and trustee_id = $3 and roles = $4
