-- Engines that keep time: what was missed in one go is one row, and what is next in each of their
-- queues is the head of an index.

alter table permafrost.trigger_firings
	add column instants integer not null default 1 check (instants > 0);
comment on column permafrost.trigger_firings.instants is 'How many were missed in a row from fire_time on, as far as they were counted; 1 where it fired';

create index trigger_firings_noticed on permafrost.trigger_firings using brin (noticed_at);
comment on index permafrost.trigger_firings_noticed is 'What was noticed lately, or later than now: a clock was put back';

create index operation_runs_due on permafrost.operation_runs (fire_time) where state = 'due';
comment on index permafrost.operation_runs_due is 'Runs in the order in which they are started';

create index operation_runs_started on permafrost.operation_runs (project_id, operation_id, fire_time) where state = 'started';
comment on index permafrost.operation_runs_started is 'Operations whose last run is not over';

create index work_items_waiting on permafrost.work_items (created_at, run_id, n) where status = 'waiting';
comment on index permafrost.work_items_waiting is 'Work in the order in which it is started';

create index work_items_running on permafrost.work_items (started_at) where status = 'running';
comment on index permafrost.work_items_running is 'Work that agents have, longest first';
