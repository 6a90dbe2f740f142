-- action_add: the new actions of a job; those whose id was taken meanwhile do not come back
-- $1 project, $2 user, $3 JSON list of actions
insert into permafrost.actions (project_id, id, user_id, doc)
select $1, action ->> 'action_id', $2, action
  from jsonb_array_elements($3::jsonb) as action
 order by action ->> 'action_id'
    on conflict do nothing
returning id
