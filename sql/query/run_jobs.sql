-- run_jobs: the jobs that were made for a run, and their actions, whether or not they still are there
-- $1 project_id, $2 run
select job_id, job_action->>'action_id' as action_id
  from permafrost.work_items
 where project_id = $1 and run_id = $2 and job_action is not null
