#!/bin/sh
# What an operator can set is in the manual and in the samples.
. "${srcdir:-.}/tests/lint/lint.sh"

settings() {
	sed -n 's/^SETTING([A-Z_]*, *"\([a-z_]*\)", *"\([a-z_]*\)".*/\1 \2/p' src/base/settings.def
}

rules() {
	sed -n 's/^RULE("\([^"]*\)".*/\1/p' src/policy/defaults.def
}

settings | while read -r section name; do
	awk -v section="[$section]" -v name="$name" '
		{ sub(/^[# ]+/, "") }
		/^\[/ { here = $0 == section }
		here && $1 == name { found = 1 }
		END { exit !found }' etc/permafrost.conf.sample || echo "[$section] $name"
done | judge "every setting is in etc/permafrost.conf.sample"

settings | while read -r section name; do
	sed 's/\\//g' man/permafrost.conf.5 | grep -qw -- "$name" || echo "[$section] $name"
done | judge "every setting is in man/permafrost.conf.5"

rules | while read -r rule; do
	grep -rqF -- "$rule" doc man || echo "$rule"
done | judge "every policy rule is in doc/ or man/"

# an operation of version 2 stands in `code`, with its method
grep -ho '{ METHOD_[A-Z]*, "[^"]*"' src/freezer/*.c | sed 's/{ METHOD_\([A-Z]*\), "\(.*\)"/\1 \2/' |
	while read -r operation; do
		grep -qF -- "\`$operation\`" doc/freezer-v2.md || echo "$operation"
	done | judge "every route of version 2 is in doc/freezer-v2.md"

finish
