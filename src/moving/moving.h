/* Documents of another service move in: what its tables hold becomes what ours do. */
#ifndef PERMAFROST_MOVING_MOVING_H
#define PERMAFROST_MOVING_MOVING_H

#include <stdbool.h>
#include <stddef.h>

#include "moving/dump.h"
#include "store/doc.h"

#define MOVING_KINDS 5   /* the kinds of the Freezer API, which are the first of enum kind */

/* A document as it will be stored. Strings are the request's, or a row's. */
struct moved {
	const char *project_id;
	const char *id;
	const char *user_id;
	const char *created_at;      /* in UTC, for PostgreSQL; NULL: not known */
	const char *updated_at;
	const char *doc;             /* JSON text */
	const char *name;            /* what moving_name() says */
};

/* ---- freezer.c: the tables of freezer-api on MariaDB (its driver "sqlalchemy") --------------- */

/* The kind that a table of freezer-api holds; KIND_COUNT when it holds none. */
enum kind moving_kind(const char *table);
/* The table of a kind, which is named as the API names the kind. */
const char *moving_table(enum kind kind);

/* A column of the row that a freezer-api 13.0.0 does not have, so that what it holds will not move;
 * NULL when there is none. */
const char *moving_column_unknown(enum kind kind, const struct dump_row *row);

/* freezer-api only marks what was deleted. */
bool moving_is_deleted(const struct dump_row *row);

/* What the row is called in a message: its id and project, be they texts or not; in the request's
 * arena. */
const char *moving_name(struct req *rq, const struct dump_row *row);

/*
 * Make the document that a row stands for. A row without project, as API v1 wrote them, goes to
 * `project`; NULL: it is refused. False with a problem when a value can't be kept, or when clients,
 * jobs, actions and sessions are not such as their POST takes: their owners write them back whole.
 */
bool moving_document(struct req *rq, enum kind kind, const struct dump_row *row,
		     const char *project, struct moved *moved);

/* ---- keep.c: into our tables ----------------------------------------------------------------- */

enum moving_outcome {
	MOVING_WRITTEN,
	MOVING_SAME,       /* there already, and the same */
	MOVING_CHANGED,    /* there already, of the same user and second, but changed since */
	MOVING_TAKEN,      /* there is another document of this id, or of a client's uuid */
};

/*
 * Write documents of one kind that are not there, in one transaction: all of them or, with a
 * problem set, none. What is there stays as it is. outcomes[n] is what became of list[n]; with
 * `only_try` it is what would have, and nothing is written.
 */
bool moving_keep(struct req *rq, enum kind kind, const struct moved *list, size_t count,
		 bool only_try, enum moving_outcome *outcomes);

#endif
