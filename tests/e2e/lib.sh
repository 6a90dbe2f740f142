# For the scripts of this directory. scripts/test runs each executable file here with
#   OS_*            user demo, member of project demo (as VAR/openrc-demo says)
#   PERMAFROST_URL  where the instance answers, with a slash at the end
#   VAR             its directory: openrc, openrc-demo, openrc-reader, openrc-other
#   TREE, BUILD     the source tree, the build directory of the programs that run
# in a directory for scratch files. A script prints 'ok - phrase' and 'not ok - phrase' lines and
# ends non-zero when something was not ok.

failures=0

# check PHRASE COMMAND...: ok when the command succeeds; its output is shown when it does not.
check() {
	local phrase=$1 output
	shift
	if output=$("$@" 2>&1); then
		echo "ok - $phrase"
	else
		echo "not ok - $phrase"
		printf '%s: %s\n' "$*" "$output" | sed 's/^/#   /'
		failures=$((failures + 1))
	fi
}

# as demo|reader|other|admin: act as that user from here on.
as() {
	case $1 in
	admin) . "$VAR/openrc" ;;
	*) . "$VAR/openrc-$1" ;;
	esac
}

# manage WORDS...: permafrost-manage of this instance.
manage() {
	local home=$VAR
	[ ! -e "$VAR/home" ] || home=$VAR/home
	PERMAFROST_CONF=$home/permafrost.conf "$home/bin/permafrost-manage" "$@"
}

# is ACTUAL EXPECTED, has TEXT PIECE
is() {
	[ "$1" = "$2" ] || { echo "'$1' is not '$2'"; return 1; }
}
has() {
	[[ $1 == *"$2"* ]] || { echo "'$2' is not in '$1'"; return 1; }
}

# soon COMMAND...: within twenty seconds, of a slow machine, while workers believe a token for a minute;
# workers are told of a change as soon as PostgreSQL gets to it
soon() {
	local n
	for n in $(seq 200); do
		"$@" >/dev/null && return 0
		sleep 0.1
	done
	"$@"
}

# each_says HOME LINES WORDS COMMAND...: the command, many at once, until as many workers as there are said
# the words after so many lines of their log. A worker looks at files when it is asked, and who asks one
# after the other may meet the same two all the time.
each_says() {
	local home=$1 lines=$2 words=$3 n hand said
	shift 3
	for n in $(seq 100); do
		said=$(tail -n "+$((lines + 1))" "$home/log/workers.log" | grep -c "$words")
		[ "$said" -lt "$(pgrep -cf "^$home/bin/permafrost-api")" ] || return 0
		for hand in $(seq 8); do "$@" >/dev/null & done
		wait
		sleep 0.1
	done
	echo "only $said workers said '$words'"
	return 1
}

finish() {
	exit $((failures > 0))
}
