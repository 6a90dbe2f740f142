-- action_share: the actions that a job names, kept from changes until the transaction ends
-- $1 project, $2 JSON list of action_ids, $3 owner (null: whoever)
select id, doc
  from permafrost.actions
 where project_id = $1 and id in (select jsonb_array_elements_text($2::jsonb))
   and ($3::text is null or user_id = $3)
 order by id
   for share
