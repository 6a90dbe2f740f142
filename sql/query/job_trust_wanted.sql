-- job_trust_wanted: must the writer of a job give it a trust? So it is when a central client runs it
-- and it has none of theirs
-- $1 project, $2 job_id (null: a new one), $3 client_id as written (null: it stays), $4 user, $5 whichever client
select (case when $5::boolean then true
	     else exists (select
			    from permafrost.clients
			   where id = coalesce($3, job.doc ->> 'client_id')
			     and (doc->'client'->'is_central') = 'true'
			     and (project_id = $1 or not exists (
				     select from permafrost.clients own
				      where own.project_id = $1 and own.id = clients.id))) end
	and not exists (select from permafrost.trusts
			 where project_id = $1 and trust_id = job.trust_id and user_id = $4)) as wanted
  from (select 1) as always
       left join permafrost.jobs job on job.project_id = $1 and job.id = $2
