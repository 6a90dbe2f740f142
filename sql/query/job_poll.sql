-- job_poll: the first of what doc_search finds of the jobs of one client, as its scheduler asks for
-- them; every job has its client_id at the top, where no other can hide it
-- prepared: jobs_of_client has the rows in their order, and no other index less of them
-- $1 project, $2 limit, $3 client_id, $4 match_not: [{"k": key, "v": value}, ...] or null,
-- $5 a text without which no pair of match_not holds (null: there may be none); to look for it is
-- much less work than to look at the pairs,
-- $6 privileged, $7 owner (null: whoever), who sees what Freezer v1 shows
select case when $7::text is null then permafrost.job_shown(project_id, doc, privileged)
	    else permafrost.job_in_v1(permafrost.job_shown(project_id, doc, privileged)) end
  from (select project_id, doc, $6::boolean as privileged
	  from permafrost.jobs
	 where project_id = $1 and doc->>'client_id' = $3
	   and ($7::text is null or user_id = $7)
	   and ($4::jsonb is null
		or strpos(content, $5) = 0
		or not permafrost.any_holds(doc, $4::jsonb))
	 order by sort_name, created_at, id
	 limit $2::bigint) as page
