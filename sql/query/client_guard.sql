-- client_guard: wait until nobody else registers a client of this client_id, in whichever project: no project_id
-- $1 client_id
select pg_advisory_xact_lock(hashtextextended($1, 5151))
