# For the floor rules: each finds lines that break it and says whether there were any.
set -u
export LC_ALL=C

cd "${srcdir:-.}" || exit 1
lint_failures=$(mktemp)      # a file: most who judge stand at the end of a pipe
trap 'rm -f "$lint_failures"' EXIT

# judge PHRASE: standard input holds the findings; none is good.
judge() {
	findings=$(cat)
	if [ -z "$findings" ]; then
		echo "ok - $1"
		return
	fi
	echo "not ok - $1"
	printf '%s\n' "$findings" | sed 's/^/#   /'
	echo "$1" >>"$lint_failures"
}

finish() {
	[ ! -s "$lint_failures" ]
	exit
}
