-- overdue_find: where a page after this begins; two rows when it may be of another project
-- $1 project (null: whichever), $2 kind, $3 id
select project_id, late_at
  from permafrost.expectations
 where ($1::text is null or project_id = $1) and kind = $2 and id = $3
   and late_at < statement_timestamp()
 limit 2
