# Processes we start, and only those: each leads a session of its own and is known by its id and
# the time it started, so that neither a stale file nor a reused id ever points at a stranger.
# $pids is where the records are, $logs where the output goes.

boot=$(cat /proc/sys/kernel/random/boot_id)

# process_stat PID: state, session and start time of a process; fails when there is none.
process_stat() {
	local stat
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
	# shellcheck disable=SC2086 # the fields behind the name, which may hold blanks
	set -- ${stat##*) }
	state=$1 session=$4 started=${20}
}

# daemon_start NAME USER [VARIABLE=VALUE...] COMMAND...: with those variables and little else: what
# DAEMON_ENVIRONMENT_NAME holds, a list of the same form, for tests. USER root means whoever we are.
daemon_start() {
	local name=$1 user=$2 pid state session started variable more=DAEMON_ENVIRONMENT_$1
	shift 2
	for variable in ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS; do
		[ -z "${!variable:-}" ] || set -- "$variable=${!variable}" "$@"
	done
	# shellcheck disable=SC2086 # a list of assignments
	set -- ${!more:-} "$@"
	set -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"
	if [ "$(id -u)" = 0 ] && [ "$user" != root ]; then
		set -- setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups "$@"
	fi
	(cd / && exec setsid "$@") </dev/null >>"$logs/$name.log" 2>&1 9>&- &
	pid=$!
	disown "$pid"   # what ends is told by who asks for it, not by the shell
	process_stat $pid || started=0
	echo "$pid $started $boot" >"$pids/$name.pid"
}

# daemon_alive NAME
daemon_alive() {
	local pid recorded recorded_boot state session started
	read -r pid recorded recorded_boot 2>/dev/null <"$pids/$1.pid" || return 1
	[ "$recorded_boot" = "$boot" ] && process_stat "$pid" || return 1
	[ "$started" = "$recorded" ] && [ "$state" != Z ]
}

# daemon_members NAME: the ids of all processes of its session, also when the leader was killed.
daemon_members() {
	local leader recorded recorded_boot state session started entry
	read -r leader recorded recorded_boot 2>/dev/null <"$pids/$1.pid" || return 0
	[ "$recorded_boot" = "$boot" ] || return 0
	# an id that came back as somebody else says that our session is over
	if process_stat "$leader" && [ "$started" != "$recorded" ]; then return 0; fi
	for entry in /proc/[0-9]*; do
		process_stat "${entry#/proc/}" || continue
		[ "$session" = "$leader" ] && [ "$state" != Z ] && daemon_owns "$entry" &&
			[ "$started" -ge "$recorded" ] && printf '%s ' "${entry#/proc/}"
	done
	return 0
}

# daemon_owns /proc/PID: is this one of the programs that we run?
daemon_owns() {
	case $(cat "$1/comm" 2>/dev/null) in
	postgres | nginx | multiwatch | spawn-fcgi | permafrost-* | uwsgi* | python3 | mariadbd) return 0 ;;
	esac
	return 1
}

# daemon_stop NAME SIGNAL: ask, wait up to 20 seconds, then insist.
# Gives up on processes that are not ours to end.
daemon_stop() {
	local name=$1 signal=$2 leader members waited=0
	members=$(daemon_members "$name")
	# shellcheck disable=SC2086 # a list of ids
	[ -z "$members" ] || kill -s 0 $members 2>/dev/null || [ -z "$(daemon_members "$name")" ] ||
		fail "$name of $var belongs to user $(stat -c %U "/proc/${members%% *}"); end it as that user or as root"
	if daemon_alive "$name"; then
		read -r leader _ <"$pids/$name.pid"
		kill -s "$signal" "$leader" 2>/dev/null
	elif [ -n "$members" ]; then
		# shellcheck disable=SC2086
		kill -s TERM $members 2>/dev/null
	fi
	while members=$(daemon_members "$name") && [ -n "$members" ]; do
		# shellcheck disable=SC2086
		[ $((waited += 1)) -le 200 ] || kill -s KILL $members 2>/dev/null
		sleep 0.1
	done
	rm -f "$pids/$name.pid"
}
