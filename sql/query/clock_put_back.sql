-- clock_put_back: what was noticed later than now is not so yet: what fired did, what seemed missed
-- was not, and the triggers are due when they were, unless one is due before: what fired ahead of
-- time may be ahead more than once; of every project, so no project_id is asked for
with ahead as (
	select project_id, trigger_id, min(fire_time) as fire_time
	  from permafrost.trigger_firings
	 where noticed_at > statement_timestamp() + interval '10 seconds'
	 group by project_id, trigger_id
), forgotten as (
	delete from permafrost.trigger_firings
	 where noticed_at > statement_timestamp() + interval '10 seconds' and state = 'missed'
), kept as (
	update permafrost.trigger_firings
	   set noticed_at = statement_timestamp()
	 where noticed_at > statement_timestamp() + interval '10 seconds' and state = 'fired')
update permafrost.triggers
   set next_at = least(triggers.next_at, ahead.fire_time)
  from ahead
 where triggers.project_id = ahead.project_id and triggers.id = ahead.trigger_id
