-- quota_use: how much of what is limited a project has; a checkpoint counts until it is gone
-- $1 project_id
select (select count(*) from permafrost.plans where project_id = $1) as plans,
       (select count(*) from permafrost.checkpoints
	 where project_id = $1 and status <> 'deleted') as checkpoints
