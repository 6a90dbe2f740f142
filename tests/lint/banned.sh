#!/bin/sh
# Functions that don't know where their buffer ends, or can't say that they failed.
. "${srcdir:-.}/tests/lint/lint.sh"

banned='strcpy|strcat|strncat|sprintf|vsprintf|gets|strtok|atoi|atol|atoll|atof|scanf|sscanf|tmpnam|mktemp|alloca|system|popen'

grep -rnE "(^|[^A-Za-z0-9_.>\"])($banned)\(" --include='*.[ch]' src |
	judge "no banned function is called"

grep -rnE '\bgoto\b' --include='*.c' src | grep -vE '^src/(base/|http/accept\.c|store/pg\.c)' |
	judge "goto stays in base, http/accept.c and store/pg.c"

grep -rnE 'PQ(sendP|p)repare\(' src |
	judge "no statement is prepared: a search is planned with its values, or reads whole projects"

grep -rnwE 'TODO|FIXME|XXX' src sql scripts nginx | judge "no work is left as a note"

finish
