-- account_project_list: all projects, for the operator
-- it is the projects that are looked for: no project_id to ask for
select id, name, enabled from permafrost.projects order by name
