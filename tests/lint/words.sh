#!/bin/sh
# What an operator can allow and what clients can ask for is in the documents.
. "${srcdir:-.}/tests/lint/lint.sh"

rules() {
	sed -n 's/^RULE("\([^"]*\)".*/\1/p' src/policy/defaults.def
}

rules | while read -r rule; do
	grep -rqF -- "$rule" doc man || echo "$rule"
done | judge "every policy rule is in doc/ or man/"

# an operation of version 2 stands in `code`, with its method
grep -ho '{ METHOD_[A-Z]*, "[^"]*"' src/freezer/*.c | sed 's/{ METHOD_\([A-Z]*\), "\(.*\)"/\1 \2/' |
	while read -r operation; do
		grep -qF -- "\`$operation\`" doc/freezer-v2.md || echo "$operation"
	done | judge "every route of version 2 is in doc/freezer-v2.md"

awk '/^```/ { inside = !inside; if (inside && $0 == "```") print FILENAME ":" FNR ": sh, sql, yaml, ini, json, console or text" }' \
	README.md doc/*.md | judge "each block of the documents says what it is"

finish
