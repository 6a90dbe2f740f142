-- When triggers fire next, so that what is due is found by one index and seen by who asks.

alter table permafrost.triggers add column next_at timestamptz;
comment on column permafrost.triggers.next_at is 'When it fires next; null: no more. Set when it is created, changed and fired';

create index triggers_due on permafrost.triggers (next_at) where next_at is not null;
comment on index permafrost.triggers_due is 'Triggers in the order in which they fire';
