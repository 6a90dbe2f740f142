-- expectation_set: what was found out about jobs. One of which something is late is looked at
-- again soon, because a backup may come to be known without a change of the job
-- $1 [{"project_id", "kind", "id", "last", "due": seconds since 1970 or null, "reason"}, ...]
with found as (
	select project_id, kind, id, reason, to_timestamp(last) as last_at, to_timestamp(due) as due_at,
	       to_timestamp(due) + overdue_grace as late_at
	  from jsonb_to_recordset($1::jsonb)
	       as found (project_id text, kind text, id text, last bigint, due bigint, reason text),
	       permafrost.watch_settings),
     looks as (
	select project_id, id, 'job' as kind,
	       case when min(late_at) > clock_timestamp() then min(late_at)
		    when min(late_at) is not null then clock_timestamp() + interval '5 minutes' end as look_at
	  from found
	 group by project_id, id)
update permafrost.expectations as expected
   set last_at = found.last_at, due_at = found.due_at, late_at = found.late_at,
       reason = found.reason, look_at = looks.look_at
  from found
  left join looks using (project_id, kind, id)
 where expected.project_id = found.project_id and expected.kind = found.kind
   and expected.id = found.id
