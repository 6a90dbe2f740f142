-- checkpoint_list: a page of the checkpoints that a provider keeps; as page_list, but that $4 is
-- {"provider_id", "plan_id", "start_date", "end_date"}, of which the first must be there; the days
-- are those of UTC, both included
-- $1 project (null: every project), $2 limit, $3 offset, $4 what narrows, $5 null, $6 marker
select doc, id
  from permafrost.checkpoints
 where ($1::text is null or project_id = $1)
   and status <> 'deleted'
   and provider_id = $4::jsonb->>'provider_id'
   and ($4::jsonb->>'plan_id' is null or plan_id = $4::jsonb->>'plan_id')
   and ($4::jsonb->>'start_date' is null
	or created_at >= ($4::jsonb->>'start_date')::date::timestamp at time zone 'UTC')
   and ($4::jsonb->>'end_date' is null
	or created_at < (($4::jsonb->>'end_date')::date + 1)::timestamp at time zone 'UTC')
   and $5::jsonb is null
   and ($6::jsonb is null or @after@)
 order by @order@
 limit $2::bigint offset $3::bigint
