#!/bin/sh
# Ports for servers of tests are not those that the kernel gives to connections.
. "${srcdir:-.}/tests/lint/lint.sh"

grep -rnE 'bind\(\("[^"]*", 0\)' tests bench scripts --include='*' | grep -v '^tests/lint/ports.sh' |
	judge "no program takes a port of the kernel's choice for a server, tests/e2e/ports.py has others"

lowest=$(cut -f1 /proc/sys/net/ipv4/ip_local_port_range)
for n in 1 2 3 4 5 6 7 8 9; do
	port=$(tests/e2e/ports.py 4)
	[ "$((port + 3))" -lt "$lowest" ] || [ "$lowest" -lt 12000 ] || echo "$port"
done | judge "free ports, and those after them, are never a connection's"
