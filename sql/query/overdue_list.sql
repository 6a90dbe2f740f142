-- overdue_list: a page of what is overdue in a project, longest first
-- $1 project (null: every project), $2 limit, $3 offset, $4 kind (null: all),
-- $5 late_at, $6 project, $7 kind, $8 id of the marker (null: from the start)
select jsonb_strip_nulls(jsonb_build_object(
	'overdue_id', page.kind || ':' || page.id, 'kind', page.kind, 'project_id', page.project_id,
	'job_id', case when page.kind <> 'client' then page.id end,
	'client_id', case when page.kind = 'client' then page.id else job.doc->>'client_id' end,
	'description', coalesce(job.doc->>'description', client.doc->'client'->>'description'),
	'last_at', coalesce(extract(epoch from page.last_at)::bigint, -1),
	'due_at', extract(epoch from page.due_at)::bigint,
	'overdue', extract(epoch from statement_timestamp() - page.due_at)::bigint,
	'status', job.doc->'job_schedule'->>'status', 'result', job.doc->'job_schedule'->>'result',
	'reason', page.reason))
  from (select project_id, kind, id, last_at, due_at, late_at, reason
	  from permafrost.expectations
	 where ($1::text is null or project_id = $1)
	   and late_at < statement_timestamp()
	   and ($4::text is null or kind = $4)
	   and ($5::timestamptz is null
		or (late_at, project_id, kind, id) > ($5::timestamptz, $6::text, $7::text, $8::text))
	 order by late_at, project_id, kind, id
	 limit $2::bigint offset $3::bigint) as page
  left join permafrost.jobs as job
    on page.kind <> 'client' and job.project_id = page.project_id and job.id = page.id
  left join permafrost.clients as client
    on page.kind = 'client' and client.project_id = page.project_id and client.id = page.id
 order by page.late_at, page.project_id, page.kind, page.id
