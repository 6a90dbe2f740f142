-- action_was: which members of a job's entries have a value that their action had earlier? Told
-- as "N KEY", entries counted from 0
-- $1 project, $2 the entries
select (entry.n - 1) || ' ' || member.key as member
  from jsonb_array_elements($2::jsonb) with ordinality as entry (value, n),
       jsonb_each(entry.value) as member
  join permafrost.action_history as history
    on history.project_id = $1 and history.key = member.key
   and history.hash = permafrost.value_hash(member.value)
 where history.action_id = entry.value ->> 'action_id'
