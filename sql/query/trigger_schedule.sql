-- trigger_schedule: note when a trigger fires next
-- $1 project, $2 trigger, $3 seconds since 1970 (null: it fires no more)
update permafrost.triggers
   set next_at = to_timestamp($3::bigint)
 where project_id = $1 and id = $2
