#!/bin/sh
# A room knows base, the rooms named here, and no others.
. "${srcdir:-.}/tests/lint/lint.sh"

#  room      may include
rooms='
base
http
route     http identity policy schema freezer karbor store provider
cloud
identity  store cloud
policy
provider
schema
freezer   identity policy schema store
karbor    identity policy provider recurrence schema store protectable
protectable identity cloud store
recurrence
store
moving    freezer schema store
admin     http cloud identity karbor moving policy recurrence store route provider
main      http route identity freezer policy karbor recurrence engine store admin provider protectable
engine    provider recurrence route store
'

strangers() {
	room=$1
	shift
	for file in src/"$room"/*.[ch] src/"$room"/*.def; do
		[ -e "$file" ] || continue
		grep -HnoE '#include "[a-z_]+/' "$file" | sed 's/#include "//; s|/$||' |
			while IFS=: read -r name line other; do
				case " base $room $* " in *" $other "*) continue ;; esac
				echo "$name:$line: $room must not know $other"
			done
	done
}

printf '%s' "$rooms" | grep . | while read -r room allowed; do
	# shellcheck disable=SC2086 # a list of rooms
	strangers "$room" $allowed
done | judge "a room knows only the rooms below it"

for room in src/*/; do
	room=$(basename "$room")
	printf '%s' "$rooms" | grep -qw "^$room" || echo "src/$room is in no row"
done | judge "every room has a row"

finish
