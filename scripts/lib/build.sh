# Building out of the source tree; a build directory is used again and brought up to date.

# build TREE DIRECTORY LOG [CONFIGURE OPTION...]
build() {
	local tree=$1 directory=$2 log=$3
	shift 3
	[ ! -e "$tree/config.status" ] ||
		fail "$tree was configured in place; run 'make distclean' there first"
	mkdir -p "$directory" 2>/dev/null
	[ -d "$directory" ] && [ -w "$directory" ] ||
		fail "$directory can't be written to; choose another build directory with --build"
	say "building in $directory"
	(
		flock 8
		build_steps "$tree" "$directory" "$@"
	) 8>"$directory/.lock" >"$log" 2>&1 ||
		{ say_log "$log"; fail "the build failed; all of it is in $log"; }
}

build_steps() {
	local tree=$1 directory=$2
	shift 2
	if [ ! -x "$tree/configure" ]; then
		flock "$tree/configure.ac" autoreconf -fi "$tree" || return 1
	fi
	cd "$directory" || return 1
	if [ ! -e Makefile ]; then
		"$tree/configure" "$@" || return 1
	fi
	make -j "$(nproc)"
}
