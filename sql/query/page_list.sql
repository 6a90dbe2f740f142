-- page_list: a page of a list of the Data Protection API; karbor/list.c writes @after@ and @order@
-- of the columns that such a list may be sorted by
-- $1 project (null: every project), $2 limit, $3 offset, $4 object whose members the documents have,
-- $5 object of texts that are pieces of members, $6 object of the marker's columns (each may be null)
select @listed@, id
  from permafrost.@karbor_kind@
 where ($1::text is null or project_id = $1)
   and ($4::jsonb is null or doc @> $4::jsonb)
   and ($5::jsonb is null or not exists (
	select from jsonb_each_text($5::jsonb) as wanted (member, piece)
	 where strpos(coalesce(doc->>wanted.member, ''), wanted.piece) = 0))
   and ($6::jsonb is null or @after@)
 order by @order@
 limit $2::bigint offset $3::bigint
