#!/bin/sh
# Each library is known in one place, so that it can be exchanged there.
. "${srcdir:-.}/tests/lint/lint.sh"

#  header       where
fences='
fcgiapp.h    src/http/
libpq-fe.h   src/store/
curl.h       src/cloud/http.c
sodium.h     src/\(identity/\|karbor/seal.c\)
crypt.h      src/identity/
uuid.h       src/base/clock.c
yaml.h       src/base/yaml.c
sd-daemon.h  src/base/supervisor.c
'

printf '%s' "$fences" | grep . | while read -r header place; do
	grep -rnE "#include <([a-z]+/)?$header>" src | grep -v "^$place"
done | judge "a library's header is included in its one place only"

finish
