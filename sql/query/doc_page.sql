-- doc_page: of one project the page that doc_list would show, as it is asked for most: short, and by
-- its place in the list if not from the start; not for clients, whose lists hold those of other projects
-- prepared: the list's index has the rows in their order. A plan without values is kept where it looks no
-- dearer; a limit that is not known is taken for a tenth of what is below it, so twice a tenth of a
-- hundred is one row
-- $1 project, $2 limit, at most 100,
-- $3 sort_name, $4 created_at, $5 id of the marker; '', '-infinity' and '' come before all,
-- $6 privileged
select @shown@
  from (select project_id, doc, $6::boolean as privileged
	  from (select project_id, doc
		  from permafrost.@freezer_kind@
		 where project_id = $1
		   and (sort_name, created_at, id) > ($3::text collate "C", $4::timestamptz, $5::text)
		 order by sort_name, created_at, id
		 limit 100) as near
	 limit $2::bigint) as page
 limit $2::bigint
