-- quota_class_set: a limit of a class; classes belong to no project: no project_id
-- $1 class, $2 resource, $3 limit
insert into permafrost.quota_classes (class_name, resource, hard_limit)
values ($1, $2, $3::bigint)
    on conflict (class_name, resource) do update set hard_limit = excluded.hard_limit
