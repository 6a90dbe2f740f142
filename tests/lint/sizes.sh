#!/bin/sh
# What is too long is about two things.
. "${srcdir:-.}/tests/lint/lint.sh"

too_long() {
	find src tests -name "$1" -exec awk -v limit="$2" '
		FNR > limit && !told[FILENAME]++ { print FILENAME ": more than " limit " lines" }' {} +
}

too_long '*.c' 500 | judge "no .c is longer than 500 lines"
too_long '*.h' 150 | judge "no header is longer than 150 lines"

# a function begins with { and ends with } in the first column
find src tests -name '*.c' -exec awk '
	/^\{/ { start = FNR }
	/^\}/ && start { if (FNR - start + 1 > 60) print FILENAME ":" start ": " FNR - start + 1 " lines"
		start = 0 }' {} + | judge "no function is longer than 60 lines"

find src -name '*.[ch]' -exec awk '
	{ line = $0; width = 0
	  while (match(line, /\t/)) {
		width += RSTART - 1; width += 8 - width % 8; line = substr(line, RSTART + 1)
	  }
	  if (width + length(line) > 100) print FILENAME ":" FNR ": " width + length(line) " columns" }' {} + |
	judge "no line is wider than 100 columns"

finish
