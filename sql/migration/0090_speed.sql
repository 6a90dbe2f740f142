-- What every search and every job that is shown calls, in a language that keeps its plans: the planner
-- takes an SQL function into the question and plans it anew with each one, which cost more than to answer.

create or replace function permafrost.terms_of_all(pairs jsonb) returns bigint[]
language plpgsql immutable strict parallel safe as $$
declare
	terms bigint[];
begin
	for i in 0 .. jsonb_array_length(pairs) - 1 loop
		if pairs->i->'v' <> 'null' then
			terms := terms || permafrost.term(pairs->i->>'k', pairs->i->'v');
		end if;
	end loop;
	return terms;
end $$;

create or replace function permafrost.terms_of_any(pairs jsonb) returns bigint[]
language plpgsql immutable strict parallel safe as $$
declare
	terms bigint[] := permafrost.terms_of_all(pairs);
begin
	return case when cardinality(terms) = jsonb_array_length(pairs) then terms end;
end $$;

create or replace function permafrost.job_shown(project_id text, doc jsonb, privileged boolean) returns jsonb
language plpgsql stable parallel safe as $$
begin
	if privileged then
		return doc || coalesce(permafrost.job_credentials(project_id, doc->>'job_id'), '{}');
	end if;
	if doc #> '{job_schedule,current_pid}' is null then
		return doc;
	end if;
	if permafrost.job_runs_elsewhere(project_id, coalesce(doc->>'client_id', '')) then
		return doc #- '{job_schedule,current_pid}';
	end if;
	return doc;
end $$;
