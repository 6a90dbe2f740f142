-- page_share: one document of the Data Protection API, kept from those who would change or delete
-- it until the transaction ends, and open to those who only need it to stay
-- $1 project (null: whichever), $2 id
select project_id, id, user_id, version, doc
  from permafrost.@karbor_kind@
 where ($1::text is null or project_id = $1) and id = $2
 limit 1
   for share
