-- account_project_add: a new project; no row comes back when the name or the id is taken
-- the id is the project itself: no project_id to ask for
-- $1 project_id, $2 name
insert into permafrost.projects (id, name) values ($1, $2) on conflict do nothing returning id
