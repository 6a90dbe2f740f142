-- quota_set: limit a project
-- $1 project_id, $2 resource, $3 limit
insert into permafrost.quotas (project_id, resource, hard_limit)
values ($1, $2, $3::bigint)
    on conflict (project_id, resource) do update set hard_limit = excluded.hard_limit
