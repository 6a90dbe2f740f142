-- Of what is expected of a job, the row `job` is locked first, as engines do that look at it; who deleted the
-- job took `backup` first, and the two could wait for each other.
create or replace function permafrost.job_expect_no_more() returns trigger
language plpgsql as $$
begin
	delete from permafrost.expectations
	 where project_id = old.project_id and kind = 'job' and id = old.id;
	delete from permafrost.expectations
	 where project_id = old.project_id and kind = 'backup' and id = old.id;
	return null;
end $$;
