-- job_poll: what doc_search finds of the jobs of one client, as its scheduler asks for them; every job
-- has its client_id at the top, where no other can hide it
-- prepared: jobs_of_client has the rows in their order, and no other index less of them
-- $1 project, $2 limit, $3 offset, $4 client_id, $5 match_not: [{"k": key, "v": value}, ...] or null,
-- $6 privileged, $7 owner (null: whoever), who sees what Freezer v1 shows
select case when $7::text is null then permafrost.job_shown(project_id, doc, privileged)
	    else permafrost.job_in_v1(permafrost.job_shown(project_id, doc, privileged)) end
  from (select project_id, doc, $6::boolean as privileged
	  from permafrost.jobs
	 where project_id = $1 and doc->>'client_id' = $4
	   and ($7::text is null or user_id = $7)
	   and ($5::jsonb is null
		or not terms && (select permafrost.terms_of_any($5::jsonb))
		or not permafrost.any_holds(doc, $5::jsonb))
	 order by sort_name, created_at, id
	 limit $2::bigint offset $3::bigint) as page
