#!/bin/sh
# The manuals say what the tables say: settings, commands, options, and the words of each file format.
. "${srcdir:-.}/tests/lint/lint.sh"

work=$(mktemp -d)
trap 'rm -rf "$work" "$lint_failures"' EXIT

# same PHRASE: the two lists that the files a and b hold
same() {
	sort -u "$work/a" >"$work/a.sorted"
	sort -u "$work/b" >"$work/b.sorted"
	diff "$work/a.sorted" "$work/b.sorted" | sed -n 's/^< /only in the table: /p; s/^> /only in the text: /p' |
		judge "$1"
}

# ---- settings: "[section] name default" ----------------------------------------------------------

settings=src/base/settings.def

# row KIND: with the kind, as the manual calls it
rows() {
	sed -n 's/^SETTING([A-Z_]*, *"\([a-z_]*\)", *"\([a-z_]*\)", *\([A-Z]*\), *"\([^"]*\)".*/[\1] \2 \3 \4/p' $settings
}

rows | awk '
	{ kind = tolower($3); if (kind == "bool") kind = "boolean"; if (kind == "secret") kind = "text"
	  print $1, $2, kind, $4 == "" ? "empty" : $4 }' >"$work/a"
awk '
	/^\.Ss / { section = $2 }
	/^\.It Ic .* No \(/ {
		gsub(/\\/, ""); sub(/^\.It Ic /, ""); names = $0; sub(/ No \(.*/, "", names)
		value = $0; sub(/.* No \(/, "", value); kind = value; sub(/,.*/, "", kind)
		sub(/.*default /, "", value); sub(/^(Ql|Pa) /, "", value); sub(/ *\)$/, "", value)
		count = split(names, name, / , /)
		for (n = 1; n <= count; n++) print section, name[n], kind, value
	}' man/permafrost.conf.5 >"$work/b"
same "man/permafrost.conf.5 has each setting with its kind and default, and no other"

rows | awk '{ print $1, $2, $4 }' >"$work/a"
awk '
	{ sub(/^#/, "") }
	/^\[[a-z_]*\]$/ { section = $0 }
	/^[a-z_]+ =/ { name = $1; sub(/^[a-z_]+ = */, ""); print section, name, $0 }' \
	etc/permafrost.conf.sample >"$work/b"
same "so has etc/permafrost.conf.sample"

# ---- commands and options ------------------------------------------------------------------------

commands() {
	sed -n 's/^COMMAND("\([^"]*\)".*/\1/p' src/admin/commands.def
}

sed -n 's/^COMMAND("\([^"]*\)",[^"]*"\([^"]*\)".*/\1 \2/p' src/admin/commands.def |
	tr 'A-Z' 'a-z' | sed 's/ *$//' >"$work/a"
sed -n '/^\.Bl -tag/,/^The options are/s/^\.It Ic //p' man/permafrost-manage.8 |
	sed 's/ P[of] .*//; s/ Op .*//; s/ Fl .*//; s/ Ar / /' >"$work/b"
same "man/permafrost-manage.8 has each command with its operands, and no other"

sed -n 's/^OPTION("\([^"]*\)".*/\1/p' src/admin/options.def >"$work/a"
grep -o 'Fl -[a-z-]*' man/permafrost-manage.8 | sed 's/Fl -//' | grep -vx 'help\|version' >"$work/b"
same "and each option"

# what a text tells people to type must be there; a word that begins with $ stands for any
grep -rhoE 'permafrost-manage( [a-z][a-z-]*){1,2}' README.md SECURITY.md doc man etc/permafrost.conf.sample src scripts |
	sed 's/permafrost-manage //' | sort -u | while read -r first second; do
		commands | grep -qx -e "$first" -e "$first $second" ||
			{ [ -z "$second" ] && commands | grep -q "^$first "; } || echo "$first $second"
	done >"$work/told"
# words of sentences that go on behind the program's name
grep -vxE '(and|for|is|help|as|of|at|in|has|says|may|to|must|it|works)( .*)?' "$work/told" |
	judge "each command that a text names is there"

for program in $(sed -n 's/^sbin_PROGRAMS = //p' Makefile.am); do
	[ -e "man/$program.8" ] || echo "man/$program.8"
	for option in config help version; do
		grep -q "Fl -$option" "man/$program.8" || echo "--$option in man/$program.8"
	done
done | judge "each program has its manual, with its options"

# ---- file formats --------------------------------------------------------------------------------

# words FILE: each line of standard input stands there as a word
words() {
	sed 's/\\&//g' "$1" >"$work/text"
	while read -r word; do
		grep -qwF -- "$word" "$work/text" || echo "$word"
	done
}

{
	awk '/static const char \*const (names|always)\[\]|const char \*const (schema|operation)_names/ { inside = 1 }
	     inside { print } /};/ { inside = 0 }' src/provider/file.c | grep -o '"[^"]*"'
	sed -n 's/^\t{ \("[a-zA-Z]*"\), WANTED_.*/\1/p' src/provider/json_schema_read.c
	sed -n 's/^PROTECTABLE(\("[^"]*"\).*/\1/p' src/provider/protectable.def
} | tr -d '"' | words man/permafrost-providers.5 |
	judge "man/permafrost-providers.5 has each word of a provider file"

sed -n 's/.*{ "\([a-z_]*\)", CREDENTIAL_.*/\1/p' src/policy/parse.c | words man/permafrost-policy.5 |
	judge "man/permafrost-policy.5 has each credential"

# ---- the language of manuals ----------------------------------------------------------------------

# lines up to 100 columns are our own rule, and no manual of ours need be installed
for page in man/*.[58]; do
	! command -v mandoc >/dev/null || mandoc -Tlint -W warning "$page" 2>/dev/null
	! command -v groff >/dev/null || groff -mdoc -ww -z -Tutf8 "$page" 2>&1
done | judge "mandoc and groff have nothing to say about the manuals"

finish
