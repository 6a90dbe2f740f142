# Projects, users and their roles, and the openrc files that name them.

manage() {
	manage_with LC_ALL=C.UTF-8 "$@"
}

# manage_with VARIABLE=VALUE WORDS...
manage_with() {
	local variable=$1
	shift
	env -i PATH=/usr/bin:/bin PERMAFROST_CONF="$home/permafrost.conf" "$variable" \
		"$home/bin/permafrost-manage" "$@"
}

#             file           user    project  roles
accounts="
	openrc         admin   admin    admin
	openrc-demo    demo    demo     member
	openrc-reader  reader  demo     reader
	openrc-other   other   other    member
"

accounts_make() {
	local users projects file user project role
	users=$(manage user list) && projects=$(manage project list) || return 1
	while read -r file user project role; do
		[ -n "$file" ] || continue
		account_make || return 1
	done <<<"$accounts"
}

# listed NAME LIST: is it one of the words of the list?
listed() {
	grep -qE "(^|[[:space:]])$1([[:space:]]|\$)" <<<"$2"
}

account_make() {
	local password
	if ! listed "$project" "$projects"; then
		manage project create "$project" >/dev/null || return 1
		projects+=$'\n'$project
	fi
	password=$(sed -n "s/^export OS_PASSWORD=//p" "$var/$file" 2>/dev/null)
	if ! listed "$user" "$users"; then
		password=$(password_new)
		manage user create "$user" --password-stdin <<<"$password" >/dev/null || return 1
	elif [ -z "$password" ]; then
		password=$(password_new)
		manage user set-password "$user" --password-stdin <<<"$password" >/dev/null || return 1
	fi
	manage role grant "$user" "$project" "$role" >/dev/null || return 1
	openrc_write
}

password_new() {
	od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

openrc_write() {
	(
		umask 077
		cat >"$var/$file.new" <<-OPENRC
		# $user in project $project; written by scripts/quickstart, which keeps the password
		export OS_AUTH_URL=${url}identity/v3
		export OS_USERNAME=$user
		export OS_PASSWORD=$password
		export OS_PROJECT_NAME=$project
		export OS_USER_DOMAIN_NAME=Default
		export OS_PROJECT_DOMAIN_NAME=Default
		export OS_IDENTITY_API_VERSION=3
		unset OS_TOKEN OS_PROJECT_ID OS_CLOUD
		OPENRC
	) && give_to_caller "$var/$file.new" && mv "$var/$file.new" "$var/$file"
}
