-- service_set: may it take up work? They serve every project: no project_id
-- $1 id, $2 enabled, $3 why not (null: nobody said), $4 seconds of silence after which one is down
update permafrost.services as service
   set is_enabled = $2::boolean, disabled_reason = $3
 where id = $1::bigint
returning permafrost.service_shown(service, $4::bigint) as doc
