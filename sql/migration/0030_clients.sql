-- A client's uuid is its own within the project.

create unique index clients_uuid on permafrost.clients (project_id, (doc->'client'->>'uuid'));
comment on index permafrost.clients_uuid is 'No two clients of a project share a uuid';
