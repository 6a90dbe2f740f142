-- quota_find: the project's own limits
-- $1 project_id
select resource, hard_limit
  from permafrost.quotas
 where project_id = $1
