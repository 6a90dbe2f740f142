-- trigger_claim: triggers that are due, kept from other engines until the transaction ends, the rest
-- is for them; of every project, so no project_id is asked for
select project_id, id, extract(epoch from next_at)::bigint as due,
       extract(epoch from clock_timestamp())::bigint as now,
       doc->'properties'->>'format' as format, doc->'properties'->>'pattern' as pattern,
       doc->'properties'->>'start_time' as start_time, doc->'properties'->>'end_time' as end_time,
       doc->'properties'->>'window' as window_time
  from permafrost.triggers
 where next_at <= statement_timestamp()
 order by next_at
 limit 100
   for update skip locked
