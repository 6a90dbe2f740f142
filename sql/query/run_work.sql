-- run_work: what a run has to do, one element for each resource
-- $1 project_id, $2 run, $3 operation, $4 checkpoint, $5 [{"n", "type", "id", "name", "extra_info",
-- "parameters", "waits_for"}, ...]
insert into permafrost.work_items (project_id, run_id, n, operation, checkpoint_id, resource_type,
				   resource_id, resource_name, extra_info, parameters, waits_for)
select $1, $2, work.n, $3, $4, work.type, work.id, work.name, work.extra_info, work.parameters,
       work.waits_for
  from jsonb_to_recordset($5::jsonb) as work (n integer, type text, id text, name text,
					      extra_info jsonb, parameters jsonb, waits_for integer[])
