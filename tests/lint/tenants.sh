#!/bin/sh
# No question goes to the documents of every project by oversight.
. "${srcdir:-.}/tests/lint/lint.sh"

for file in sql/query/*.sql; do
	grep -v '^--' "$file" | grep -q 'project_id' ||
		grep -q '^-- .*no project_id' "$file" ||
		echo "$file: names no project_id and does not say why ('-- why: no project_id')"
done | judge "each question names project_id or says why it does not"

finish
