-- doc_search: as doc_list, of those documents that a search finds; for free text, the documents
-- with exactly that value come first
-- $1 to $8 as in doc_list, $9 exact of the marker,
-- $10 match, $11 match_not: [{"k": key, "v": value}, ...] or null,
-- $12 texts to find, $13 texts not to find: [text, ...] or null, $14 time_after, $15 time_before
select @shown@
  from (select project_id, doc, $7::boolean as privileged
	  from permafrost.@kind@
	 where ($1::text is null or project_id = $1 or @also@)
	   and (permafrost.terms_of_all($10::jsonb) is null
		or terms @> permafrost.terms_of_all($10::jsonb))
	   and ($10::jsonb is null or permafrost.all_hold(doc, $10::jsonb))
	   and ($11::jsonb is null
		or not terms && permafrost.terms_of_any($11::jsonb)
		or not permafrost.any_holds(doc, $11::jsonb))
	   and (permafrost.text_patterns($12::jsonb) is null
		or content ilike (permafrost.text_patterns($12::jsonb))[1])
	   and (cardinality(permafrost.text_patterns($12::jsonb)) > 1 is not true
		or content ilike all (permafrost.text_patterns($12::jsonb)))
	   and ($13::jsonb is null or not permafrost.any_text_found(content, $13::jsonb))
	   and ($14::bigint is null or permafrost.backup_time(doc) >= $14::bigint)
	   and ($15::bigint is null or permafrost.backup_time(doc) <= $15::bigint)
	   and ($6::text is null or case
		when $12::jsonb is not null
		then (not permafrost.has_value(content, $12::jsonb),
		      case when $1::text is null then project_id else '' end, sort_name, created_at, id)
		   > (not $9::boolean, case when $1::text is null then $8::text else '' end,
		      $4::text collate "C", $5::timestamptz, $6::text)
		when $1::text is null
		then (project_id, sort_name, created_at, id)
		   > ($8::text, $4::text collate "C", $5::timestamptz, $6::text)
		else (sort_name, created_at, id)
		   > ($4::text collate "C", $5::timestamptz, $6::text) end)
	 order by $12::jsonb is null or not permafrost.has_value(content, $12::jsonb),
		  case when $1::text is null then project_id end, sort_name, created_at, id
	 limit $2::bigint offset $3::bigint) as page
