-- A time_stamp that tells no time hides no timestamp that does. For backups that are written from now on: what
-- is stored keeps its made_at until it is next written, as no table of documents is written anew here.
create or replace function permafrost.backup_time(doc jsonb) returns bigint
language plpgsql immutable strict parallel safe as $$
declare
	metadata jsonb := doc->'backup_metadata';
	value    numeric := permafrost.text_number(metadata->>'time_stamp');
begin
	if value is null or value <> trunc(value) or abs(value) >= 1e18 then
		value := permafrost.text_number(metadata->>'timestamp');
	end if;
	return case when value = trunc(value) and abs(value) < 1e18 then value end;
end $$;
