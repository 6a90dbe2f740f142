-- doc_skip: as doc_list, for an offset: what is skipped is read in the index alone
-- $1 to $9 as in doc_list
select case when $9::text is null then @shown@ else @v1@ end
  from (select kept.project_id, kept.doc, $7::boolean as privileged
	  from (select project_id, sort_name, created_at, id
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
	  join permafrost.@freezer_kind@ as kept on kept.project_id = page.project_id and kept.id = page.id
	 order by case when $1::text is null then page.project_id end,
		  page.sort_name, page.created_at, page.id) as shown
