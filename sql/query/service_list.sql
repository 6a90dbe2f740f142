-- service_list: the processes behind the API; they serve every project: no project_id
-- $1 host (null: any), $2 binary (null: any), $3 seconds of silence after which one is down
select permafrost.service_shown(service, $3::bigint)
  from permafrost.services as service
 where ($1::text is null or host = $1) and ($2::text is null or binary_name = $2)
 order by id
