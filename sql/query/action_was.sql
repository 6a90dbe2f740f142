-- action_was: which members of a job's entries have a value that their action had earlier, and that
-- the job's own entry does not have now? Told as "N KEY", entries counted from 0; nothing when there
-- is no such job. If there is, it stays until the transaction ends: what is told is of its entries
-- $1 project, $2 the entries, $3 job_id
select (entry.n - 1) || ' ' || member.key as member
  from permafrost.jobs as job,
       jsonb_array_elements($2::jsonb) with ordinality as entry (value, n),
       jsonb_each(entry.value) as member
  join permafrost.action_history as history
    on history.project_id = $1 and history.key = member.key
   and history.hash = permafrost.value_hash(member.value)
 where job.project_id = $1 and job.id = $3
   and history.action_id = entry.value ->> 'action_id'
   and not exists (select from jsonb_array_elements(job.doc -> 'job_actions') as present
		    where present.value ->> 'action_id' = entry.value ->> 'action_id'
		      and present.value -> member.key = member.value)
   for update of job
