-- The schema, and what "match" means: functions that tell whether a document is searched for.
-- doc/search.md explains the idea and gives the figures behind it.

create schema permafrost;
comment on schema permafrost is 'Permafrost, a control plane for backups: one table per kind of resource';

create table permafrost.schema_version (
	version    integer primary key,
	name       text not null,
	applied_at timestamptz not null default clock_timestamp()
);
comment on table permafrost.schema_version is 'Migrations that were applied, newest last';
comment on column permafrost.schema_version.version is 'Number of the migration; the highest is the version of this database';
comment on column permafrost.schema_version.name is 'File name of the migration';
comment on column permafrost.schema_version.applied_at is 'When it was applied';


-- Values --------------------------------------------------------------------------------------

-- A string counts as a number when it is a JSON number literal no larger than the API accepts
-- as a number: 372 characters, exponent of three digits.
create function permafrost.text_number(value text) returns numeric
language sql immutable parallel safe
return case when ascii(value) between 45 and 57 and length(value) <= 372
	and value ~ '^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?$'
	then value::numeric end;
comment on function permafrost.text_number is 'The number that a string spells as JSON would, else null';

-- Two values of one class need not be equal, but equal values are always of one class.
create function permafrost.value_class(value jsonb) returns text
language sql immutable parallel safe
return case jsonb_typeof(value)
	when 'string' then case value #>> '{}'
		when 'true' then '1'
		when 'false' then '0'
		else coalesce(trim_scale(permafrost.text_number(value #>> '{}'))::text,
			'"' || (value #>> '{}'))
		end
	when 'number' then trim_scale(value::numeric)::text
	when 'boolean' then (value::boolean)::int::text
	when 'null' then null
	else '#' || jsonb_hash_extended(value, 0)::text
	end;
comment on function permafrost.value_class is 'A text that equal values share: 1, "1", 1.0, true and "true" are all of class 1; null has none';

-- No casts here: the planner would try them on a constant before it looks at its type.
create function permafrost.values_equal(a jsonb, b jsonb) returns boolean
language sql immutable parallel safe
return a = b or case jsonb_typeof(a) || ' ' || jsonb_typeof(b)
	when 'boolean string' then (a #>> '{}') = (b #>> '{}')
	when 'string boolean' then (a #>> '{}') = (b #>> '{}')
	when 'number string' then permafrost.value_class(a) = permafrost.value_class(b)
		and b not in ('"true"', '"false"')
	when 'string number' then permafrost.value_class(a) = permafrost.value_class(b)
		and a not in ('"true"', '"false"')
	when 'boolean number' then permafrost.value_class(a) = permafrost.value_class(b)
	when 'number boolean' then permafrost.value_class(a) = permafrost.value_class(b)
	end is true;
comment on function permafrost.values_equal is 'Lenient equality of a search: 1 = "1" = 1.0, true = "true" = 1; strings, lists and objects compare whole';


-- Terms: what the index knows -----------------------------------------------------------------

-- A key with dots may be a path, and a path ends in the key of its last segment.
create function permafrost.term(key text, value jsonb) returns bigint
language sql immutable parallel safe
return hashtextextended(
	case when strpos(key, '.') = 0 then key else substring(key from '[^.]*$') end
	|| '=' || permafrost.value_class(value), 0);
comment on function permafrost.term is 'Hash of a key and the class of its value; null for a null value';

-- A backup shows a status once it was given one; until then it is available all the same.
create function permafrost.searched(doc jsonb) returns jsonb
language sql immutable parallel safe
return case when doc ? 'backup_id' and doc ? 'backup_metadata' and not doc ? 'status'
	then doc || '{"status": "available"}' else doc end;
comment on function permafrost.searched is 'A document as match and match_not see it';

-- plpgsql, because it keeps its plans: an SQL function would be planned anew by every INSERT. And
-- jsonb_each(), because jsonpath takes twice the time for small documents, and for large ones a time
-- that grows with the square of their size.
create function permafrost.terms_within(container jsonb) returns bigint[]
language plpgsql immutable strict parallel safe as $$
declare
	terms   bigint[] := '{}';
	key     text;
	value   jsonb;
begin
	if jsonb_typeof(container) = 'array' then
		return array(select unnest(permafrost.terms_within(element))
			       from jsonb_array_elements(container) as element
			      where jsonb_typeof(element) in ('object', 'array'));
	end if;
	for key, value in select * from jsonb_each(container) loop
		terms := terms || permafrost.term(key, value);
		continue when jsonb_typeof(value) not in ('object', 'array') or value in ('{}', '[]');
		if jsonb_typeof(value) = 'array' then
			terms := terms || array(select permafrost.term(key, element)
						  from jsonb_array_elements(value) as element);
		end if;
		terms := terms || permafrost.terms_within(value);
	end loop;
	return terms;
end $$;
comment on function permafrost.terms_within is 'A term for every member at any depth, and for every element of a member that is a list';

create function permafrost.document_terms(doc jsonb) returns bigint[]
language plpgsql immutable strict parallel safe as $$
begin
	return array_remove(permafrost.terms_within(permafrost.searched(doc)), null);
end $$;
comment on function permafrost.document_terms is 'What the index for match knows of a document';

-- Pairs are [{"k": key, "v": value}, ...]. A searched null also finds documents without the key,
-- so no term can stand for it.
create function permafrost.terms_of_all(pairs jsonb) returns bigint[]
language sql immutable strict parallel safe
begin atomic
	select array_agg(permafrost.term(pair->>'k', pair->'v'))
	  from jsonb_array_elements(pairs) as pair
	 where pair->'v' <> 'null';
end;
comment on function permafrost.terms_of_all is 'Terms that every document has in which all pairs hold; null when there is none to look for';

create function permafrost.terms_of_any(pairs jsonb) returns bigint[]
language sql immutable strict parallel safe
begin atomic
	select case when bool_and(pair->'v' <> 'null')
		then array_agg(permafrost.term(pair->>'k', pair->'v')) end
	  from jsonb_array_elements(pairs) as pair;
end;
comment on function permafrost.terms_of_any is 'Terms without which no pair can hold in a document; null when that can''t be told';


-- The exact test ------------------------------------------------------------------------------

-- Steps through a document, level by level: each takes and returns a list of values. jsonpath in
-- lax mode passes over values that have no members.
create function permafrost.members_named(level jsonb, key text) returns jsonb
language plpgsql immutable strict parallel safe as $$
begin
	return jsonb_path_query_array(level, ('lax $[*].' || to_json(key))::jsonpath);
end $$;
comment on function permafrost.members_named is 'Of objects in a list the members with this key';

create function permafrost.without_lists(level jsonb) returns jsonb
language plpgsql immutable strict parallel safe as $$
begin
	while level @? 'strict $[*] ? (@.type() == "array")' loop
		level := jsonb_path_query_array(level, 'lax $[*][*]');
	end loop;
	return level;
end $$;
comment on function permafrost.without_lists is 'The values in a list, and in place of each list, however deep, the values in it';

create function permafrost.members_within(level jsonb) returns jsonb
language plpgsql immutable strict parallel safe as $$
begin
	return permafrost.without_lists(jsonb_path_query_array(level,
		'lax $[*].* ? (@.type() == "object" || @.type() == "array")'));
end $$;
comment on function permafrost.members_within is 'The next level: objects that are members of these objects';

-- A key with dots is a path if that leads anywhere. Any other key counts where it is shallowest:
-- a client_id deep inside of freezer_action must not hide the client_id of the job. Lists are no
-- depth of their own.
create function permafrost.candidates(doc jsonb, key text) returns jsonb
language plpgsql immutable strict parallel safe as $$
declare
	level   jsonb := jsonb_build_array(doc);
	found   jsonb;
	segment text;
begin
	if strpos(key, '.') > 0 then
		found := level;
		foreach segment in array string_to_array(key, '.') loop
			found := permafrost.members_named(permafrost.without_lists(found), segment);
		end loop;
		if found <> '[]' then
			return found;
		end if;
	end if;
	loop
		found := permafrost.members_named(level, key);
		exit when found <> '[]';
		level := permafrost.members_within(level);
		exit when level = '[]';
	end loop;
	return found;
end $$;
comment on function permafrost.candidates is 'The values that a search for a key compares';

create function permafrost.pair_holds(doc jsonb, key text, value jsonb) returns boolean
language plpgsql immutable strict parallel safe as $$
declare
	found     jsonb := permafrost.candidates(doc, key);
	candidate jsonb;
begin
	for i in 0 .. jsonb_array_length(found) - 1 loop
		candidate := found->i;
		if permafrost.values_equal(candidate, value) then
			return true;
		end if;
		continue when jsonb_typeof(candidate) <> 'array';
		for n in 0 .. jsonb_array_length(candidate) - 1 loop
			if permafrost.values_equal(candidate->n, value) then
				return true;
			end if;
		end loop;
	end loop;
	return found = '[]' and value = 'null';
end $$;
comment on function permafrost.pair_holds is 'Does a document have this value under this key?';

create function permafrost.all_hold(doc jsonb, pairs jsonb) returns boolean
language plpgsql immutable strict parallel safe cost 1000 as $$
declare
	searched jsonb := permafrost.searched(doc);
begin
	for i in 0 .. jsonb_array_length(pairs) - 1 loop
		if not permafrost.pair_holds(searched, pairs->i->>'k', pairs->i->'v') then
			return false;
		end if;
	end loop;
	return true;
end $$;
comment on function permafrost.all_hold is 'Do all pairs hold in a document? Decides what "match" finds';

create function permafrost.any_holds(doc jsonb, pairs jsonb) returns boolean
language plpgsql immutable strict parallel safe cost 1000 as $$
declare
	searched jsonb := permafrost.searched(doc);
begin
	for i in 0 .. jsonb_array_length(pairs) - 1 loop
		if permafrost.pair_holds(searched, pairs->i->>'k', pairs->i->'v') then
			return true;
		end if;
	end loop;
	return false;
end $$;
comment on function permafrost.any_holds is 'Does a pair hold in a document? Decides what "match_not" leaves out';


-- Free text and time --------------------------------------------------------------------------

-- The separator is white space, so no word can reach over it. As an array first: jsonb_path_query()
-- takes a time that grows with the square of the number of values.
create function permafrost.document_text(doc jsonb) returns text
language plpgsql immutable strict parallel safe as $$
begin
	return (select coalesce(string_agg(scalar, E'\n'), '')
		  from jsonb_array_elements_text(jsonb_path_query_array(doc,
			'strict $.** ? (@.type() == "string" || @.type() == "number"
				|| @.type() == "boolean")')) as scalar);
end $$;
comment on function permafrost.document_text is 'All scalar values of a document, a line each';

create function permafrost.text_patterns(texts jsonb) returns text[]
language sql immutable strict parallel safe
begin atomic
	select array_agg('%' || regexp_replace(word, '([%_\\])', '\\\1', 'g') || '%'
			 order by length(word) desc, word)
	  from jsonb_array_elements_text(texts) as line,
	       regexp_split_to_table(line, '\s+') as word
	 where word <> '';
end;
comment on function permafrost.text_patterns is 'ILIKE patterns for the words of some texts, the longest first; null without any word';

create function permafrost.any_text_found(content text, texts jsonb) returns boolean
language plpgsql immutable strict parallel safe cost 100 as $$
begin
	for i in 0 .. jsonb_array_length(texts) - 1 loop
		if content ilike all (permafrost.text_patterns(jsonb_build_array(texts->i))) then
			return true;
		end if;
	end loop;
	return false;
end $$;
comment on function permafrost.any_text_found is 'Do all words of one of the texts occur in the text of a document?';

create function permafrost.has_value(content text, texts jsonb) returns boolean
language plpgsql immutable strict parallel safe cost 100 as $$
begin
	for i in 0 .. jsonb_array_length(texts) - 1 loop
		if strpos(E'\n' || content || E'\n', E'\n' || (texts->>i) || E'\n') > 0 then
			return true;
		end if;
	end loop;
	return false;
end $$;
comment on function permafrost.has_value is 'Is one of the texts, as a whole, a line in the text of a document?';

create function permafrost.backup_time(doc jsonb) returns bigint
language plpgsql immutable strict parallel safe as $$
declare
	metadata jsonb := doc->'backup_metadata';
	value    numeric := permafrost.text_number(coalesce(metadata->>'time_stamp', metadata->>'timestamp'));
begin
	return case when value = trunc(value) and abs(value) < 1e18 then value end;
end $$;
comment on function permafrost.backup_time is 'When a backup was made, in seconds since 1970; null when its metadata doesn''t tell';
