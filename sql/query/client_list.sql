-- client_list: doc_list for a project's clients and the central ones; two walks in order, merged,
-- because one walk can't serve an "or", and both in the index alone; of the few central ones each is
-- looked for among the project's own, which come first (no "not exists": it would be joined, out of order)
-- $1 project, $2 limit, $3 offset,
-- $4 sort_name, $5 created_at, $6 id of the marker (null: from the start)
select kept.doc
  from (select *
	  from ((select sort_name, created_at, id, project_id
		   from permafrost.clients
		  where project_id = $1
		    and ($6::text is null
			 or (sort_name, created_at, id)
			    > ($4::text collate "C", $5::timestamptz, $6::text))
		  order by sort_name, created_at, id
		  limit $2::bigint + $3::bigint)
		 union all
		(select sort_name, created_at, id, project_id
		   from permafrost.clients
		  where project_id <> $1 and (doc->'client'->'is_central') = 'true'
		    and (select own.id from permafrost.clients as own
			  where own.project_id = $1 and own.id = clients.id) is null
		    and ($6::text is null
			 or (sort_name, created_at, id)
			    > ($4::text collate "C", $5::timestamptz, $6::text))
		  order by sort_name, created_at, id
		  limit $2::bigint + $3::bigint)) as seen
	 order by sort_name, created_at, id
	 limit $2::bigint offset $3::bigint) as page
  join permafrost.clients as kept on kept.project_id = page.project_id and kept.id = page.id
 order by page.sort_name, page.created_at, page.id
