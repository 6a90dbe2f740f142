-- Engines forget what came of triggers long ago: what is oldest is the head of an index.

drop index permafrost.trigger_firings_noticed;
create index trigger_firings_noticed on permafrost.trigger_firings (noticed_at);
comment on index permafrost.trigger_firings_noticed is 'What is old enough to be forgotten, or was noticed later than now: a clock was put back';

create index operation_runs_ended on permafrost.operation_runs (ended_at) where ended_at is not null;
comment on index permafrost.operation_runs_ended is 'What is old enough to be forgotten';
