-- watch_settings_set: by what rules overdue is judged; when they change, for all that is expected,
-- of every project: no project_id is asked for
-- $1 time zone, $2 overdue_grace, $3 client_silence in seconds
with changed as (
	update permafrost.watch_settings
	   set time_zone = $1, overdue_grace = $2::bigint * interval '1 second',
	       client_silence = $3::bigint * interval '1 second'
	 where (time_zone, overdue_grace, client_silence) is distinct from
	       ($1, $2::bigint * interval '1 second', $3::bigint * interval '1 second')
	returning client_silence)
update permafrost.expectations
   set look_at = case when kind = 'job' then clock_timestamp() end,
       due_at = case when kind = 'client' then last_at + client_silence else due_at end,
       late_at = case when kind = 'client' then last_at + client_silence else late_at end
  from changed
