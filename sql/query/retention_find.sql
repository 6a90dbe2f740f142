-- retention_find: good checkpoints of a plan that need not be kept, oldest first: those beyond the
-- newest so many, and those that are too old; the newest good one always stays. A day is over at
-- midnight UTC, and the day of the checkpoint does not count (specification 4.6)
-- $1 project_id, $2 plan, $3 provider, $4 keep so many (null: any number), $5 days (null: for
-- ever, which is a thousand years)
select id
  from (select id, created_at,
	       row_number() over (order by created_at desc, id desc) as place
	  from permafrost.checkpoints
	 where project_id = $1 and plan_id = $2 and provider_id = $3 and status = 'available'
	   and copy_of is null) as good
 where place > 1
   and (place > $4::bigint
	or (clock_timestamp() at time zone 'UTC')::date - (created_at at time zone 'UTC')::date
	   > coalesce($5::bigint, 365000))
 order by created_at, id
