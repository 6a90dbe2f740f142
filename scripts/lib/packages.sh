# Debian packages: what is missing is installed, what can't be had is named.

build_packages="gcc libc6-dev make autoconf automake autoconf-archive pkg-config
	libfcgi-dev libjson-c-dev libpq-dev uuid-dev libsodium-dev libcrypt-dev
	libcurl4-openssl-dev libyaml-dev libsystemd-dev"
run_packages="postgresql-15 nginx spawn-fcgi multiwatch curl"
test_packages="libcunit1-dev valgrind xz-utils openssl mandoc python3 python3-jsonschema
	python3-oslo.policy python3-dateutil python3-croniter python3-apscheduler python3-tz
	python3-freezerclient python3-openstackclient freezer-scheduler python3-karborclient
	mariadb-server-core python3-pymysql prometheus pgbouncer
	clang libclang-rt-14-dev"
keystone_packages="keystone uwsgi-core uwsgi-plugin-python3 glance-api"
static_packages="cppcheck clang-tidy clang-tools"
moving_packages="freezer-api python3-pymysql mariadb-server-core mariadb-client-core mariadb-client"
# shellcheck disable=SC2034 # bench/run takes it from here
bench_packages="wrk"

packages_missing() {
	local package
	for package; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
			printf '%s ' "$package"
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		command -v sudo >/dev/null || return 1
		sudo "$@"
	fi
}

# No service of a package may start by itself while we install: neither the system's nginx nor
# its PostgreSQL is ours.
services_hold() {
	local ours="# made by permafrost's scripts/quickstart while it installs"
	# one of ours may be left from a run that was killed; any other is the machine's own business
	[ ! -e /usr/sbin/policy-rc.d ] || grep -qxF "$ours" /usr/sbin/policy-rc.d || return 0
	printf '#!/bin/sh\n%s\nexit 101\n' "$ours" | as_root tee /usr/sbin/policy-rc.d >/dev/null
	as_root chmod 755 /usr/sbin/policy-rc.d
	services_held=yes
}

services_release() {
	[ "${services_held:-no}" = yes ] || return 0
	as_root rm -f /usr/sbin/policy-rc.d
	services_held=no
}

# packages_check PACKAGE...: give up, naming those that no source offers.
packages_check() {
	local package absent=""
	for package; do
		apt-cache policy "$package" | grep -q '^  Candidate: [^(]' || absent="$absent $package"
	done
	[ -z "$absent" ] || fail "no package source offers:$absent (this needs Debian 12)"
}

# packages_install LOG PACKAGE...
packages_install() {
	local log=$1 missing
	shift
	command -v dpkg-query >/dev/null || fail "this is not Debian: dpkg-query is missing"
	missing=$(packages_missing "$@")
	[ -n "$missing" ] || return 0
	as_root true || fail "missing packages: ${missing% }; install them, or run this as root"
	say "installing ${missing% }"
	trap services_release EXIT
	services_hold
	as_root apt-get update >"$log" 2>&1 || say_log "$log"
	# shellcheck disable=SC2086 # a list of words
	packages_check $missing
	# shellcheck disable=SC2086
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
		install -y --no-install-recommends $missing >>"$log" 2>&1 </dev/null ||
		{ say_log "$log"; fail "apt-get could not install ${missing% }"; }
	services_release
	trap - EXIT
	missing=$(packages_missing "$@")
	[ -z "$missing" ] || fail "still missing after apt-get: ${missing% }"
}
