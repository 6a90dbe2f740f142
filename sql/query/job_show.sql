-- job_show: one job as the caller may see it; the privileged see those of every project, their
-- own project's first; an owner sees their own only, as Freezer v1 shows it
-- $1 project, $2 job_id, $3 owner (null: whoever), $4 privileged
-- prepared: one row by jobs_by_id
select version,
       case when $3::text is null then permafrost.job_shown(project_id, doc, $4::boolean)
	    else permafrost.job_in_v1(permafrost.job_shown(project_id, doc, $4::boolean)) end as doc
  from permafrost.jobs
 where id = $2
   and (project_id = $1 and ($3::text is null or user_id = $3)
	or $4::boolean and $3::text is null)
 order by project_id = $1 desc
 limit 1
