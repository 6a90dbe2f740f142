/* Rows out of what mariadb-dump and mysqldump write: SQL text, read once and piece by piece. */
#ifndef PERMAFROST_MOVING_DUMP_H
#define PERMAFROST_MOVING_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define DUMP_ROW_MAX (64 << 20)   /* bytes of one row; more is no row of a freezer-api */

struct dump;

/* One value as bytes, always followed by a NUL; text is NULL for SQL null. */
struct dump_cell {
	const char *text;
	size_t len;
};

/* Everything in it lives until the next dump_next(). */
struct dump_row {
	const char *table;
	size_t count;
	const char *const *columns;
	const struct dump_cell *cells;
};

enum dump_step { DUMP_ROW, DUMP_END, DUMP_BROKEN };

/* Begin to read; the file stays the caller's, and open. Never NULL. dump_close() releases it. */
struct dump *dump_open(FILE *in);
void dump_close(struct dump *dump);

/*
 * The next row of any table. DUMP_END when the file is over; DUMP_BROKEN when it is no dump, ends
 * within a statement, holds several databases, or rows whose columns are not known: dump_fault()
 * tells. After either there is nothing more.
 */
enum dump_step dump_next(struct dump *dump, struct dump_row *row);

/* What was wrong, with its line, e.g. "line 7: the file ends within a statement". */
const char *dump_fault(const struct dump *dump);

/* Bytes read until now. */
int64_t dump_offset(const struct dump *dump);

/* Is there a table of this name in what was read until now, be it empty? */
bool dump_has_table(const struct dump *dump, const char *name);

/* Did the comment go by with which the programs say that they came to their end? */
bool dump_is_complete(const struct dump *dump);

/* The value of a column; NULL when it is null or there is no such column. */
const struct dump_cell *dump_cell(const struct dump_row *row, const char *column);
bool dump_has_column(const struct dump_row *row, const char *column);

#endif
