-- page_marker: the columns by which a list may be sorted, of the document that a page starts after
-- $1 project (null: whichever), $2 id
select jsonb_build_object('id', id, 'created_at', created_at, 'updated_at', updated_at,
			  'name', name, 'status', status) as columns
  from permafrost.@karbor_kind@
 where ($1::text is null or project_id = $1) and id = $2
 limit 1
