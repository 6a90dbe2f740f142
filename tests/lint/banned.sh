#!/bin/sh
# Functions that don't know where their buffer ends, or can't say that they failed.
. "${srcdir:-.}/tests/lint/lint.sh"

banned='strcpy|strcat|strncat|sprintf|vsprintf|gets|strtok|atoi|atol|atoll|atof|scanf|sscanf|tmpnam|mktemp|alloca|system|popen'

grep -rnE "(^|[^A-Za-z0-9_.>\"])($banned)\(" --include='*.[ch]' src |
	judge "no banned function is called"

grep -rnE '\bgoto\b' --include='*.c' src | grep -vE '^src/(base/|http/accept\.c|store/pg\.c)' |
	judge "goto stays in base, http/accept.c and store/pg.c"

grep -rnE 'PQ(sendP|p)repare\(' src | grep -v '^src/store/prepared\.c:' |
	judge "statements are prepared in store/prepared.c alone"

# such a plan has to know the values, or reads whole projects
grep -lE '^-- prepared:' sql/query/*_list.sql sql/query/*_skip.sql sql/query/*_search.sql |
	judge "no list and no search is prepared"

grep -rnwE 'TODO|FIXME|XXX' src sql scripts nginx | judge "no work is left as a note"

finish
