-- What is derived from a document cost more than all else of a write: four expressions, each read from the
-- catalog and planned anew by every statement, and a turn of a loop for each member of the document. A trigger
-- keeps its plans, and one query looks at all members. What is derived stays the same, so no row is written anew.

-- The class of a member as jsonb_each_text() shows it. What value_class() says, without another look into
-- the document for all that is no list and no object.
create function permafrost.member_class(shown text, container jsonb, key text) returns text
language sql immutable parallel safe
return case
	when ascii(shown) in (91, 123) and jsonb_typeof(container->key) <> 'string'
		then '#' || jsonb_hash_extended(container->key, 0)::text
	when octet_length(shown) > 372 and jsonb_typeof(container->key) = 'number'
		then trim_scale(shown::numeric)::text
	when shown = 'true' then '1'
	when shown = 'false' then '0'
	else coalesce(trim_scale(permafrost.text_number(shown))::text, '"' || shown)
	end;
comment on function permafrost.member_class is 'value_class() of the member of an object, given also as text';

-- Objects first, as one list however deep they lie; then lists that are members, if there are any.
create function permafrost.document_derived(doc jsonb, out terms bigint[], out content text)
language plpgsql immutable parallel safe as $$
declare
	objects constant jsonb := jsonb_path_query_array(doc, 'strict $.** ? (@.type() == "object")');
	members record;
begin
	select array_agg(hashtextextended(
			case when strpos(key, '.') = 0 then key else substring(key from '[^.]*$') end
			|| '=' || permafrost.member_class(shown, object, key), 0)) filter (where shown is not null) as found,
	       string_agg(shown, E'\n') filter (where ascii(shown) not in (91, 123)
						   or jsonb_typeof(object->key) = 'string') as texts,
	       bool_or(ascii(shown) = 91) as any_list
	  from jsonb_array_elements(objects) as object, jsonb_each_text(object) as member (key, shown)
	  into members;
	terms := coalesce(members.found, '{}');
	content := members.texts;
	if members.any_list then
		-- lists are picked by a condition, for with fewer rows expected nothing is compiled for it
		select array_agg(permafrost.term(key, element)) filter (where element <> 'null') as found,
		       string_agg(element #>> '{}', E'\n')
				filter (where jsonb_typeof(element) not in ('object', 'array')) as texts
		  from jsonb_array_elements(objects) as object, jsonb_each(object) as member (key, value),
		       jsonb_array_elements(case when member.value @? 'strict $[*] ? (@.type() == "array")'
				then member.value || permafrost.without_lists(member.value)
				else member.value end) as element
		 where jsonb_typeof(member.value) = 'array'
		  into members;
		terms := terms || members.found;
		content := concat_ws(E'\n', content, members.texts);
	end if;
	-- as permafrost.searched() shows it
	if doc ? 'backup_id' and doc ? 'backup_metadata' and not doc ? 'status' then
		terms := terms || permafrost.term('status', '"available"');
	end if;
	content := coalesce(content, '');
end $$;
comment on function permafrost.document_derived is 'Of a document what the index for match knows: a term for every member at any depth, and for every element of a list; and its text: all scalar values, a line each';

create or replace function permafrost.document_terms(doc jsonb) returns bigint[]
language plpgsql immutable strict parallel safe as $$
begin
	return (permafrost.document_derived(doc)).terms;
end $$;

create or replace function permafrost.document_text(doc jsonb) returns text
language plpgsql immutable strict parallel safe as $$
begin
	return (permafrost.document_derived(doc)).content;
end $$;

create function permafrost.derive() returns trigger
language plpgsql as $$
declare
	derived record := permafrost.document_derived(new.doc);
begin
	new.terms := derived.terms;
	new.content := derived.content;
	return new;
end $$;
comment on function permafrost.derive is 'Keeps what searches need beside the document it is derived from';

create function permafrost.derive_of_backup() returns trigger
language plpgsql as $$
declare
	derived record := permafrost.document_derived(new.doc);
begin
	new.terms := derived.terms;
	new.content := derived.content;
	new.sort_name := coalesce(left(new.doc->'backup_metadata'->>'backup_name', 255), '');
	new.made_at := permafrost.backup_time(new.doc);
	return new;
end $$;
comment on function permafrost.derive_of_backup is 'The same, and by what lists of backups are ordered and bounded';

-- Only the catalog changes here; the columns keep their names and what is in them.
create procedure permafrost.derive_by_trigger(kind text, derive text default 'derive')
language plpgsql as $procedure$
begin
	execute format('alter table permafrost.%I alter terms drop expression, alter content drop expression,
			alter sort_name drop expression, alter sort_name set default %L,
			alter made_at drop expression', kind, '');
	execute format('create trigger derived before insert or update of doc on permafrost.%I
			for each row execute function permafrost.%I()', kind, derive);
	execute format('comment on trigger derived on permafrost.%I is %L', kind,
		'Searches find what is stored');
end $procedure$;
comment on procedure permafrost.derive_by_trigger is 'Lets a trigger derive what create_kind() made as generated columns, for migrations';

call permafrost.derive_by_trigger('backups', 'derive_of_backup');
call permafrost.derive_by_trigger('clients');
call permafrost.derive_by_trigger('jobs');
call permafrost.derive_by_trigger('actions');
call permafrost.derive_by_trigger('sessions');
