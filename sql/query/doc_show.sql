-- doc_show: one document as it is shown; an owner sees their own only, as Freezer v1 shows it
-- $1 project, $2 id, $3 owner (null: whoever), $4 privileged
-- prepared: one row by its primary key
select version, case when $3::text is null then @shown@ else @v1@ end as doc
  from (select project_id, version, doc, $4::boolean as privileged
	  from permafrost.@freezer_kind@
	 where project_id = $1 and id = $2 and ($3::text is null or user_id = $3)) as found
