-- doctor_role: what may this role do that workers need not, and what not that they must?
-- about the database itself, not about a project's rows: no project_id
select r.rolname as role, r.rolsuper as is_superuser, n.oid is not null as has_schema,
       coalesce(has_schema_privilege(n.oid, 'create'), false) as may_create,
       exists (select from pg_class c
		where c.relnamespace = n.oid and pg_has_role(c.relowner, 'usage')) as is_owner,
       (select string_agg(distinct need, ', ')
	  from pg_class c,
	       unnest(array['select', 'insert', 'update', 'delete']) need
	 where c.relnamespace = n.oid and c.relkind in ('r', 'p')
	   and (need = 'select' or c.relname <> 'schema_version')
	   and not (has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, need)))
		as lacks
  from pg_roles r
  left join pg_namespace n on n.nspname = 'permafrost'
 where r.rolname = current_user
