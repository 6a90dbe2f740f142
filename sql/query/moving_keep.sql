-- moving_keep: documents that move in, unless their identity is taken; what became of each, in
-- their order
-- $1 JSON list of objects: project_id, id, user_id, created_at, updated_at, doc
with wanted as materialized (
	select n, item ->> 'project_id' as project_id, item ->> 'id' as id,
	       item ->> 'user_id' as user_id, item -> 'doc' as doc,
	       coalesce((item ->> 'created_at')::timestamptz, clock_timestamp()) as created_at,
	       coalesce(item ->> 'updated_at', item ->> 'created_at')::timestamptz as updated_at
	  from jsonb_array_elements($1::jsonb) with ordinality as list (item, n)
), judged as materialized (
	select wanted.*, there.id is not null as is_there,
	       there.user_id = wanted.user_id and there.doc = wanted.doc as is_same,
	       there.user_id = wanted.user_id and there.created_at = wanted.created_at as is_ours
	  from wanted
	  left join permafrost.@freezer_kind@ as there using (project_id, id)
), written as (
	insert into permafrost.@freezer_kind@ (project_id, id, user_id, created_at, updated_at, doc)
	select project_id, id, user_id, created_at, coalesce(updated_at, created_at), doc
	  from judged
	 where not is_there
	 order by n
	    on conflict do nothing
	returning project_id, id
)
select case when is_same then 'same'
	    when is_ours then 'changed'
	    when written.id is not null then 'written'
	    else 'taken' end as outcome
  from judged
  left join written using (project_id, id)
 order by n
