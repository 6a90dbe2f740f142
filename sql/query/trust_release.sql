-- trust_release: when nothing uses this trust any more, put it down to be given back; trust_lock comes before
-- $1 project, $2 trust_id
with freed as (
	delete from permafrost.trusts
	 where project_id = $1 and trust_id = $2
	   and not permafrost.trust_is_used($1, $2)
	returning trust_id, project_id
)
insert into permafrost.trusts_released (trust_id, project_id)
select trust_id, project_id from freed
