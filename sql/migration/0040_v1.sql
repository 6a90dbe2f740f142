-- Freezer API v1 over the same documents.

-- Only lists and reads by v1 clients pay for this: what is stored is the v2 form.
create function permafrost.job_in_v1(job jsonb) returns jsonb
language sql immutable strict parallel safe
return (job - 'project_id')
	|| jsonb_build_object('job_actions', coalesce(
		(select jsonb_agg(entry - 'project_id' order by n)
		   from jsonb_array_elements(job->'job_actions') with ordinality as e (entry, n)), '[]'))
	|| case when jsonb_array_length(job->'job_actions') = 1
		then jsonb_build_object('job_action', job #> '{job_actions,0,freezer_action}')
		else '{}' end;
comment on function permafrost.job_in_v1 is 'A job as Freezer v1 shows it: no projects, and its only action also as job_action';
