-- trust_release_unused: put down trusts that nothing came to use within an hour, or that all exchanged
with freed as (
	delete from permafrost.trusts
	 where (project_id, trust_id) in (
		select project_id, trust_id
		  from permafrost.trusts
		 where created_at < clock_timestamp() - interval '1 hour'
		   and not permafrost.trust_is_used(project_id, trust_id)
		 limit 100
		   for update skip locked)
	returning trust_id, project_id
)
insert into permafrost.trusts_released (trust_id, project_id)
select trust_id, project_id from freed
