-- doc_search: as doc_list, of those documents that a search finds; for free text, the documents
-- with exactly that value come first
-- $1 to $9 as in doc_list, $10 exact of the marker,
-- $11 match, $12 match_not: [{"k": key, "v": value}, ...] or null,
-- $13 texts to find, $14 texts not to find: [text, ...] or null, $15 time_after, $16 time_before
--
-- What an index can tell narrows, and puts in order; the exact test then goes through that until
-- the page is full: the limit between them, however high, keeps the planner from testing first
-- (and from parallel plans, so the order stays). Terms are asked for twice, for the planner too: it
-- takes them for rarer and walks the list only where hits are sure to be many.
select case when $9::text is null then @shown@ else @v1@ end
  from (select project_id, doc, $7::boolean as privileged
	  from (select project_id, doc, terms, content
		  from permafrost.@freezer_kind@
		 where case when $9::text is null then $1::text is null or project_id = $1 or @also@
			    else project_id = $1 and user_id = $9 end
		   and (permafrost.terms_of_all($11::jsonb) is null
			or terms @> permafrost.terms_of_all($11::jsonb)
			   and permafrost.terms_of_all($11::jsonb) <@ terms)
		   and (permafrost.text_patterns($13::jsonb) is null
			or content ilike (permafrost.text_patterns($13::jsonb))[1])
		   and ($15::bigint is null or made_at >= $15::bigint)
		   and ($16::bigint is null or made_at <= $16::bigint)
		   and ($6::text is null or case
			when $13::jsonb is not null
			then (not permafrost.has_value(content, $13::jsonb),
			      case when $1::text is null then project_id else '' end,
			      sort_name, created_at, id)
			   > (not $10::boolean, case when $1::text is null then $8::text else '' end,
			      $4::text collate "C", $5::timestamptz, $6::text)
			when $1::text is null
			then (project_id, sort_name, created_at, id)
			   > ($8::text, $4::text collate "C", $5::timestamptz, $6::text)
			else (sort_name, created_at, id)
			   > ($4::text collate "C", $5::timestamptz, $6::text) end)
		 order by $13::jsonb is null or not permafrost.has_value(content, $13::jsonb),
			  case when $1::text is null then project_id end, sort_name, created_at, id
		 limit case when $11::jsonb is null and $12::jsonb is null and $14::jsonb is null
				 and cardinality(permafrost.text_patterns($13::jsonb)) > 1 is not true
			    then $2::bigint + $3::bigint else 9223372036854775807 end) as narrowed
	 where ($11::jsonb is null or permafrost.all_hold(doc, $11::jsonb))
	   and ($12::jsonb is null
		or not terms && permafrost.terms_of_any($12::jsonb)
		or not permafrost.any_holds(doc, $12::jsonb))
	   and (cardinality(permafrost.text_patterns($13::jsonb)) > 1 is not true
		or content ilike all (permafrost.text_patterns($13::jsonb)))
	   and ($14::jsonb is null or not permafrost.any_text_found(content, $14::jsonb))
	 limit $2::bigint offset $3::bigint) as page
