-- trigger_fire: what became of triggers that were due. An instant is there once, whoever notices it;
-- when it fires, its operations are due; each row names its project
-- $1 [{"project_id", "trigger_id", "missed", "missed_at", "fired_at", "next_at"}, ...]: how many were
-- missed from when on, what fires, and what is next, in seconds since 1970 (null: nothing)
with turn as materialized (
	select *
	  from jsonb_to_recordset($1::jsonb) as turn (project_id text, trigger_id text,
		missed integer, missed_at bigint, fired_at bigint, next_at bigint)
), missed as (
	insert into permafrost.trigger_firings (project_id, trigger_id, fire_time, state, instants, noticed_at)
	select project_id, trigger_id, to_timestamp(missed_at), 'missed', missed, clock_timestamp()
	  from turn
	 where missed > 0
	    on conflict do nothing
), fired as (
	insert into permafrost.trigger_firings (project_id, trigger_id, fire_time, state, noticed_at)
	select project_id, trigger_id, to_timestamp(fired_at), 'fired', clock_timestamp()
	  from turn
	 where fired_at is not null
	    on conflict do nothing
	returning project_id, trigger_id, fire_time
), due as (
	insert into permafrost.operation_runs (project_id, operation_id, fire_time)
	select operation.project_id, operation.id, fired.fire_time
	  from fired
	  join permafrost.scheduled_operations as operation
	    on operation.project_id = fired.project_id and operation.doc->>'trigger_id' = fired.trigger_id
	    on conflict do nothing)
update permafrost.triggers
   set next_at = to_timestamp(turn.next_at)
  from turn
 where triggers.project_id = turn.project_id and triggers.id = turn.trigger_id
