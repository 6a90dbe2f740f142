-- marker_find: where in a list the document stands that a page shall start after; two rows when it may
-- be another project's of the same id
-- $1 project (null: every project), $2 id, $3 the free texts that a search finds first, or null,
-- $4 owner (null: whoever)
select project_id, sort_name, created_at, id,
       $3::jsonb is not null and permafrost.has_value(content, $3::jsonb) as exact
  from permafrost.@freezer_kind@
 where id = $2
   and case when $4::text is null then $1::text is null or project_id = $1 or @also@
	    else project_id = $1 and user_id = $4 end
 limit 2
