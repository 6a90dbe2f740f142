-- identity_role_any: has the user a role in the project?
-- $1 user_id, $2 project_id
select exists (select from permafrost.role_assignments
		where user_id = $1 and project_id = $2) as has_role
