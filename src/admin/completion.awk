# The tables of commands and options become those of the completion for bash.
# usage: awk -f completion.awk commands.def options.def completion.bash

# The n-th text in quotes of a row, and what stands at column n of it between commas.
function quoted(row, n,	parts) {
	gsub(/\\"/, "''", row)
	split(row, parts, "\"")
	return parts[2 * n]
}

function column(row, n,	parts) {
	gsub(/"[^"]*"/, "\"\"", row)
	split(row, parts, /, */)
	gsub(/^[ \t]+|[ \t]+$/, "", parts[n])
	return parts[n]
}

/^COMMAND\(/ {
	commands = commands quoted($0, 1) "/" column($0, 4) "/" quoted($0, 2) "\n"
	next
}

/^OPTION\(/ {
	options = options quoted($0, 1) "/" column($0, 3) "/" (column($0, 4) == "NULL" ? "" : quoted($0, 2)) "\n"
	next
}

FILENAME ~ /\.def$/ { next }

$0 == "@commands@" { printf "%s", commands; next }
$0 == "@options@" { printf "%s", options; next }
{ print }
