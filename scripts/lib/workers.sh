# The workers behind one socket, nginx in front of it, and the engine beside them.

# The socket belongs to nginx' user alone: whoever writes to it can stop a worker.
workers_start() {
	local owner=""
	[ "$(id -u)" != 0 ] ||
		owner="-u $worker_user -g $(id -gn "$worker_user") -U $nginx_user -G $nginx_user"
	# shellcheck disable=SC2086 # a list of options
	daemon_start workers root PERMAFROST_CONF="$home/permafrost.conf" \
		spawn-fcgi -n -s "$run/api.sock" -M 0660 $owner -- \
		/usr/bin/multiwatch -f "$workers" -r 20 -t 1000 -- "$home/bin/permafrost-api"
}

engine_start() {
	daemon_start engine "$worker_user" PERMAFROST_CONF="$home/permafrost.conf" \
		/usr/bin/multiwatch -f "$engines" -r 20 -t 1000 -- "$home/bin/permafrost-engine"
}

fill_in() {
	sed -e "s|@listen@|$listen|; s|@socket@|$run/api.sock|; s|@access_log@|$logs/nginx-access.log|
		s|@nginx@|$home/nginx|; s|@login_rate@|100r/s|; s|@prefix@|$home/nginx|; s|@logs@|$logs|
		s|@user@|$([ "$(id -u)" != 0 ] || echo "user $nginx_user;")|" "$1"
}

nginx_start() {
	local file
	for file in nginx.conf permafrost.site permafrost_http permafrost_server; do
		fill_in "$tree/nginx/$file.in" >"$home/nginx/$file" || return 1
	done
	cp "$tree/nginx/permafrost_params" "$home/nginx/" || return 1
	daemon_start nginx root /usr/sbin/nginx -p "$home/nginx" \
		-c "$home/nginx/nginx.conf" -e "$logs/nginx-error.log"
}

# answers PATH STATUS
answers() {
	[ "$(curl --noproxy '*' -s -o /dev/null -m 5 -w '%{http_code}' "$url$1")" = "$2" ]
}

ready() {
	answers "" 300 && answers healthcheck 200
}

ready_wait() {
	local n
	for n in $(seq 150); do
		ready && return 0
		daemon_alive nginx && daemon_alive workers || break
		sleep 0.2
	done
	say_log "$logs/workers.log"
	say_log "$logs/nginx-error.log"
	return 1
}
