-- doctor_server: the server, as far as this role may know it
-- about the database itself, not about a project's rows: no project_id
select current_setting('server_version_num')::int as version,
       current_setting('server_version') as version_text,
       (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms,
       pg_is_in_recovery() as is_standby,
       current_setting('max_connections')::int as connections_max,
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
       - (select sum(numbackends) from pg_stat_database) as connections_left,
       current_database() as database, current_user as role,
       case when pg_has_role('pg_read_all_settings', 'usage')
	    then current_setting('data_directory') end as directory
