# Turn sql/kinds and sql/query/*.sql into C: one `struct query sql_<file>` for each file, or an
# array of KIND_COUNT of them for a file that says @kind@; of a file that says @freezer_kind@ or
# @karbor_kind@ the array holds those of that API's kinds only. Comments are left out.
# usage: awk -v what=header|source [-v migrations="0001_x.sql ..."] -f queries.awk kinds query/*.sql
# The source also says which schema version the programs are built for: the newest migration.

# a counter that was never set would index as "", not as 0
BEGIN { kind_count = 0 }

function quote(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	return text
}

function fill(text, kind) {
	gsub(/@also@/, also_seen[kind], text)
	gsub(/@shown@/, shown_as[kind], text)
	gsub(/@v1@/, shown_otherwise[kind], text)
	gsub(/@listed@/, shown_otherwise[kind], text)
	gsub(/@(freezer_|karbor_)?kind@/, kinds[kind], text)
	return text
}

# Is the question asked of this kind?
function is_asked(name, kind) {
	return body[name] ~ /@kind@/ || body[name] ~ ("@" api[kind] "_kind@")
}

function print_query(name, kind,	lines, n, i, text) {
	text = kind < 0 ? body[name] : fill(body[name], kind)
	printf "{ \"%s%s\",\n", name, kind < 0 ? "" : " " kinds[kind]
	n = split(text, lines, "\n")
	for (i = 1; i < n; i++)
		printf "\t\"%s\\n\"\n", quote(lines[i])
	printf "}"
}

FILENAME ~ /kinds$/ {
	if ($0 ~ /^#/ || $0 ~ /^[ \t]*$/)
		next
	split($0, column, /[ \t]*\|[ \t]*/)
	kinds[kind_count] = column[1]
	api[kind_count] = column[2]
	also_seen[kind_count] = column[3]
	shown_as[kind_count] = column[4]
	shown_otherwise[kind_count++] = column[5]
	next
}

FNR == 1 {
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.sql$/, "", name)
	names[++name_count] = name
}

/^--/ { next }
{ body[name] = body[name] $0 "\n" }

function newest(files,	file, n) {
	n = split(files, file, " ")
	return n == 0 ? 0 : substr(file[n], 1, 4) + 0
}

END {
	if (what == "header")
		print "/* generated from sql/query */\n#pragma once\n#include \"store/doc.h\"\n#include \"store/store.h\"\n"
	else
		print "/* generated from sql/query */\n#include \"config.h\"\n#include \"store/queries.h\"\n#include <stddef.h>\n"
	for (i = 1; i <= name_count; i++) {
		name = names[i]
		each = body[name] ~ /@(freezer_|karbor_)?kind@/
		if (what == "header") {
			printf "extern const struct query sql_%s%s;\n", name, each ? "[KIND_COUNT]" : ""
			continue
		}
		printf "const struct query sql_%s%s = ", name, each ? "[KIND_COUNT]" : ""
		if (!each) {
			print_query(name, -1)
		} else {
			print "{"
			for (k = 0; k < kind_count; k++) {
				if (is_asked(name, k))
					print_query(name, k)
				else
					printf "{ NULL, NULL }"
				print ","
			}
			printf "}"
		}
		print ";"
	}
	if (what == "source")
		printf "\nconst int schema_version = %d;\n", newest(migrations)
}
