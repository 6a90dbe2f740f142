#!/bin/sh
# What the documents below say is shown by a test, is: `file: phrase` names one that is there.
. "${srcdir:-.}/tests/lint/lint.sh"

documents="doc/checklist.md doc/traps.md doc/karbor-traps.md"

# a case begins with its name; elsewhere it is a text in quotes
is_there() {
	if [ -e "tests/api/$1.http" ]; then
		grep -qxF -- "# $2" "tests/api/$1.http"
		return
	fi
	find tests -type f \( -name "$1" -o -name "$1.py" -o -name "$1.c" \) \
		-exec grep -hF -- "\"$2\"" {} + | grep -q .
}

claims() {
	grep -oh '`[a-z0-9_-]*: [^`]*`' $documents | tr -d '`' | sort -u
}

claims | while IFS= read -r claim; do
	is_there "${claim%%: *}" "${claim#*: }" || echo "$claim"
done | judge "every test that the documents name is there"

grep -oh '`[a-z0-9/._-]*\.\(http\|py\|cases\)`' $documents | tr -d '`' | sort -u |
	while read -r file; do
		[ -e "$file" ] || find tests -name "$file" | grep -q . || echo "$file"
	done | judge "every file of tests that the documents name is there"

for n in $(seq 20); do
	grep -q "^| $n |.*\`" doc/checklist.md || echo "row $n of doc/checklist.md"
done | judge "each of the twenty rows is shown by a test"

for n in $(seq 40); do
	grep -q "^| D$n |" doc/traps.md || echo "D$n"
done | judge "each of the forty defects has its row"

for series in "S 9" "D 15" "T 11" "A 14"; do
	for n in $(seq "${series#* }"); do
		grep -q "^| ${series% *}$n |" doc/karbor-traps.md || echo "${series% *}$n"
	done
done | judge "so has each of the defects of Karbor"

finish
