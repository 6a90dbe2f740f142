-- job_show: one job as the caller may see it; the privileged see those of every project, their
-- own project's first
-- $1 project, $2 job_id, $3 privileged
select project_id, id, user_id, version, permafrost.job_shown(project_id, doc, $3::boolean) as doc
  from permafrost.jobs
 where id = $2 and (project_id = $1 or $3::boolean)
 order by project_id = $1 desc
 limit 1
