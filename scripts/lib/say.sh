# How the scripts talk and how they give up. Progress goes to standard error, results to output.

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

fail() {
	say "$@"
	exit 1
}

# say_log FILE: the end of a log, indented, where a reader needs it.
say_log() {
	[ -s "$1" ] || return 0
	say "the end of $1:"
	tail -n 20 "$1" | sed 's/^/    /' >&2
}
