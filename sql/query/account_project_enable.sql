-- account_project_enable: let a project be used, or not; no row comes back when it is unknown
-- the operator names the project, no token does: no project_id to ask for
-- $1 name, $2 enabled
update permafrost.projects set enabled = $2::boolean where name = $1 returning id
