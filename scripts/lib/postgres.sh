# A private PostgreSQL cluster: unix socket only, everybody is who the kernel says they are.

postgres_bin=/usr/lib/postgresql/15/bin

postgres_create() {
	[ ! -d "$home/postgres" ] || return 0
	rm -rf "$home/postgres.new"
	mkdir -m 700 "$home/postgres.new" &&
		chown "$postgres_user" "$home/postgres.new" || return 1
	say "making a PostgreSQL cluster in $home/postgres"
	# under a name of its own until it is whole, so that an interrupted start leaves no ruin
	(cd / && as_user "$postgres_user" "$postgres_bin/initdb" -D "$home/postgres.new" \
		-U postgres -A peer -E UTF8 --locale=C.UTF-8) >"$logs/initdb.log" 2>&1 ||
		{ say_log "$logs/initdb.log"; return 1; }
	mv "$home/postgres.new" "$home/postgres"
}

# Who may be whom: the superuser for who runs the cluster, permafrost for the workers and for
# whoever started this, who may also be permafrost_owner: it owns the tables, and migrates.
postgres_permit() {
	local user
	cat >"$home/postgres/pg_hba.conf" <<-HBA
	# written by scripts/quickstart at every start
	local all postgres   peer map=quickstart
	local all permafrost peer map=quickstart
	local all permafrost_owner peer map=quickstart
	HBA
	{
		echo "# written by scripts/quickstart at every start"
		for user in "$postgres_user" "$(id -un)"; do
			echo "quickstart $user postgres"
		done
		for user in "$worker_user" "$(id -un)" ${SUDO_USER:-}; do
			echo "quickstart $user permafrost"
		done
		echo "quickstart $(id -un) permafrost_owner"
	} >"$home/postgres/pg_ident.conf"
}

postgres_start() {
	postgres_create && postgres_permit || return 1
	local tries
	# after a kill -9 the old shared memory may be held for a moment by the last backends
	for tries in 1 2 3 4 5; do
		daemon_start postgres "$postgres_user" "$postgres_bin/postgres" \
			-D "$home/postgres" -k "$run/postgres" -c listen_addresses= \
			-c max_connections=$((workers + 30)) -c log_min_messages=warning \
			-c log_parameter_max_length=0 -c log_parameter_max_length_on_error=0
		postgres_wait && break
		[ "$tries" -lt 5 ] || { say_log "$logs/postgres.log"; return 1; }
		sleep 1
	done
	postgres_prepare
}

postgres_wait() {
	local n
	for n in $(seq 300); do
		"$postgres_bin/pg_isready" -q -h "$run/postgres" && return 0
		daemon_alive postgres || return 1
		sleep 0.1
	done
	return 1
}

postgres_ask() {
	"$postgres_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$run/postgres" -U postgres "$@"
}

# The workers' role can't change the schema. What an older quickstart made as permafrost changes hands.
postgres_prepare() {
	postgres_ask -d postgres <<-SQL || return 1
	select format('create role %I login', role) from unnest(array['permafrost', 'permafrost_owner']) role
	 where not exists (select from pg_roles where rolname = role) \gexec
	select 'create database permafrost owner permafrost_owner'
	 where not exists (select from pg_database where datname = 'permafrost') \gexec
	SQL
	[ "$(postgres_ask -d permafrost -c "select pg_get_userbyid(datdba) from pg_database
		where datname = 'permafrost'")" = permafrost_owner ] ||
		postgres_ask -d permafrost -c "reassign owned by permafrost to permafrost_owner"
}

# The schema, as its owner; and the rights of who works with it.
postgres_migrate() {
	local as_owner="host=$run/postgres dbname=permafrost user=permafrost_owner"
	as_owner=PERMAFROST_DATABASE_CONNECTION=$as_owner
	manage_with "$as_owner" db migrate && manage_with "$as_owner" db grant permafrost
}
