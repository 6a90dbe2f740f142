-- action_remember: keep what an action's members were before a change
-- $1 project, $2 action_id, $3 the action as it was, $4 as it is from now on
insert into permafrost.action_history (project_id, action_id, key, hash)
select $1, $2, was.key, permafrost.value_hash(was.value)
  from jsonb_each($3::jsonb) as was
 where was.value is distinct from $4::jsonb -> was.key
    on conflict do nothing
