# Where an instance keeps its things.
#   $var   what the user named: the openrc files and, as a rule, everything else
#   $home  the same directory; another one when the users that PostgreSQL and the workers run as
#          can't walk into $var (a clone in /root). Then $var/home links to it.
#   $run   sockets: $home/run, or a short directory in /tmp where that path would be too long

# The users that the parts run as; nobody gains anything by root being the one who starts them.
if [ "$(id -u)" = 0 ]; then
	postgres_user=postgres worker_user=nobody nginx_user=www-data
else
	postgres_user=$(id -un) worker_user=$postgres_user nginx_user=$postgres_user
fi

socket_path_max=107

# as_user USER COMMAND...
as_user() {
	local user=$1
	shift
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups --reset-env "$@"
	else
		"$@"
	fi
}

# places_find VAR: learn where things are, without making anything.
places_find() {
	var=$(realpath -m "$1")
	home=$(readlink "$var/home") || home=$var
	run=$(readlink "$home/run") || run=$home/run
	logs=$home/log pids=$home/pid
}

# path_check NAME PATH ADVICE: the path becomes part of several languages of configuration.
path_check() {
	[[ $2 =~ ^[A-Za-z0-9_./+@,~-]+$ ]] ||
		fail "$1 is in '$2'; only a path of plain letters and digits, without blanks, will do: $3"
}

# places_make VAR: the same as places_find, and make what is missing.
places_make() {
	places_find "$1"
	[ "$home" != "$var" ] || home_choose
	data_check
	mkdir -p "$home/log" "$home/pid" "$home/bin" "$home/conf.d" "$home/nginx" ||
		fail "$home can't be written to"
	run_choose
	logs=$home/log pids=$home/pid
}

# What another user made can't be taken over: PostgreSQL insists on owning its files.
data_check() {
	local owner
	owner=$(stat -L -c %U "$home/postgres" 2>/dev/null) || return 0
	[ "$owner" = "$postgres_user" ] ||
		fail "the data in $home belongs to user $owner; start this as the same user as before"
}

home_choose() {
	local user
	for user in "$postgres_user" "$worker_user" "$nginx_user"; do
		as_user "$user" test -x "$var" && continue
		home=$(mktemp -d /var/lib/permafrost-quickstart.XXXXXX) || exit 1
		chmod 755 "$home"
		ln -sfn "$home" "$var/home"
		say "user $user can't enter $var; the data is in $home, $var/home leads there"
		return
	done
}

run_choose() {
	run=$home/run
	[ ! -L "$run" ] || run=$(readlink "$run")
	# a link into /tmp does not outlive a reboot
	[ "$run" = "$home/run" ] || [ -O "$run" ] || { rm "$home/run"; run=$home/run; }
	local longest=$run/postgres/.s.PGSQL.5432.lock
	if [ ${#longest} -gt $socket_path_max ]; then
		run=$(mktemp -d /tmp/permafrost.XXXXXX) || exit 1
		chmod 755 "$run"
		ln -sfn "$run" "$home/run"
	fi
	mkdir -p "$run/postgres" "$run/metrics"
	[ "$(id -u)" != 0 ] || chown "$postgres_user" "$run/postgres"
	[ "$(id -u)" != 0 ] || chown "$worker_user" "$run/metrics"
}

# give_to_caller FILE...: under sudo, what the user must read belongs to the user.
give_to_caller() {
	[ -z "${SUDO_UID:-}" ] || [ "$(id -u)" != 0 ] || chown "$SUDO_UID:${SUDO_GID:-0}" "$@"
}
