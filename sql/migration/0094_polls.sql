-- The jobs of a client in the order of lists: what every scheduler asks for, time and again. Each job
-- has its client_id at the top, so that nothing else needs to be looked at.

create index if not exists jobs_of_client
    on permafrost.jobs (project_id, (doc->>'client_id'), sort_name, created_at, id);
comment on index permafrost.jobs_of_client is 'The jobs that a scheduler asks for';
