-- doc_list: a page of the documents that a project sees, in the order of lists; of every project
-- one after the other, so that both walk the same index
-- $1 project (null: every project), $2 limit, $3 offset,
-- $4 sort_name, $5 created_at, $6 id of the marker (null: from the start), $7 privileged,
-- $8 project of the marker, $9 owner (null: whoever), who sees what Freezer v1 shows
select case when $9::text is null then @shown@ else @v1@ end
  from (select project_id, doc, $7::boolean as privileged
	  from permafrost.@freezer_kind@
	 where case when $9::text is null then $1::text is null or project_id = $1 or @also@
		    else project_id = $1 and user_id = $9 end
	   and ($6::text is null or case when $1::text is null
		then (project_id, sort_name, created_at, id)
		   > ($8::text, $4::text collate "C", $5::timestamptz, $6::text)
		else (sort_name, created_at, id)
		   > ($4::text collate "C", $5::timestamptz, $6::text) end)
	 order by case when $1::text is null then project_id end, sort_name, created_at, id
	 limit $2::bigint offset $3::bigint) as page
