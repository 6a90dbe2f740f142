-- quota_clear: back to the defaults
-- $1 project_id
delete from permafrost.quotas where project_id = $1
