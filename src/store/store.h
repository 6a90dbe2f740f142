/* The only room that knows libpq: named questions in, rows out, SQLSTATE turned into problems. */
#ifndef PERMAFROST_STORE_STORE_H
#define PERMAFROST_STORE_STORE_H

#include "base/req.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct query {
	const char *name;   /* the file in sql/query without its ending */
	const char *text;
	const char *statement;   /* its name when prepared; NULL: it is not */
};

/* ---- pg.c: the connection ------------------------------------------------------------------- */

/*
 * The connection string to use from now on (libpq URI or keyword form), and timeouts in seconds
 * (0: none) that hold unless the string says otherwise. Nothing is opened yet; the connection
 * opens at the first question and again whenever it was lost. False, and the log tells why, when
 * libpq can't understand the string.
 */
bool store_configure(const char *connection, int64_t connect_timeout, int64_t statement_timeout);

/* Log and count, by its name, each question that takes as many milliseconds or more from now on, of
 * a list until its first row; 0: none. */
void store_slow(int64_t ms);

/* Where questions that say so are prepared; nowhere without a word. Where statements do not last,
 * as behind a pooler, a connection does without by itself; but a transaction that meets that
 * fails, and whoever runs it must be ready to run it again (store_may_retry()). */
enum prepare { PREPARE_NONE, PREPARE_ALONE, PREPARE_IN_TRANSACTIONS };
void store_prepare(enum prepare where);

/* Close the connection, if there is one. */
void store_close(void);

/* Begin a transaction. False with a 503 problem when PostgreSQL cannot be reached. */
bool store_begin(struct req *rq);
/* Commit. False with a problem set; a connection lost here is 503, which says that the outcome is
 * unknown. */
bool store_commit(struct req *rq);
/* Do the work in one transaction, and commit if it succeeds; where there is a transaction already
 * the work becomes a part of it, for who began it to end. False with a problem set. */
bool store_transaction(struct req *rq, bool (*work)(struct req *rq));
bool store_transaction_with(struct req *rq, bool (*work)(struct req *rq, void *argument),
			    void *argument);
/* Roll back, quietly. */
void store_rollback(void);
/* True when the last failure was a deadlock, a serialization failure or a prepared statement that
 * is not there: the whole transaction may be run again. Each failure is told once. */
bool store_may_retry(void);

struct query;

/* Ask this LISTEN now and on every new connection. False when it was refused. */
bool store_listen(const struct query *listen);

/* True when a notification came in, or the connection was opened anew, since the last call.
 * Costs one system call. */
bool store_notified(void);

/* Sleep until a notification comes in, the connection ends, or `ms` milliseconds are over, with the
 * signals of `mask` blocked meanwhile (see ppoll(2)). A signal that is not ends the sleep. */
void store_wait(int64_t ms, const sigset_t *mask);

/* The process of the server, when it is on this machine and reached by a unix socket; else 0. */
pid_t store_server_process(void);

/* ---- query.c: ask --------------------------------------------------------------------------- */

struct rows;

/*
 * Run one question with text parameters (NULL is SQL null). NULL with a problem set when it
 * failed. SQLSTATE decides: 23505 is 409, class 22 (a value) 400, classes 08, 53, 57, 58 and 25006
 * (PostgreSQL is away, full, failing or only reading) 503, all else 500; nothing of the server's
 * text reaches the client. Outside a transaction a lost connection is reopened once and the
 * question asked again. Rows belong to the arena.
 */
struct rows *store_ask(struct req *rq, const struct query *query, const char *const *params,
		       int count);

#define STORE_ASK(rq, query, ...) \
	store_ask((rq), (query), (const char *const[]){ __VA_ARGS__ }, \
		  (int)(sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)))

int rows_count(const struct rows *rows);
/* A value by column name; NULL for SQL null. The column must exist. */
const char *rows_text(const struct rows *rows, int row, const char *column);
size_t rows_length(const struct rows *rows, int row, const char *column);
int64_t rows_int(const struct rows *rows, int row, const char *column);
bool rows_bool(const struct rows *rows, int row, const char *column);
/* Rows an INSERT, UPDATE or DELETE touched. */
int64_t rows_touched(const struct rows *rows);

/*
 * Ask for a list and make it the reply {"<name>": [row, row, ...]}: rows are streamed one by one
 * from PostgreSQL to the client, first column as it is. False with a problem set.
 */
bool store_reply_rows(struct req *rq, const char *name, const struct query *query,
		      const char *const *params, int count);

/* Of a list that is asked for one row more than it shows: how many it shows, and how the reply
 * ends when there is more than that: tail() gets the list's name and the second column of the
 * last row shown. */
struct page_end {
	int64_t limit;
	const char *(*tail)(struct req *rq, const char *name, const char *last);
};

/* The same for a page of a list; `end` lives as long as the request. */
bool store_reply_page(struct req *rq, const char *name, const struct query *query,
		      const char *const *params, int count, const struct page_end *end);

/* ---- migrate.c ------------------------------------------------------------------------------ */

/* Apply what is missing from directory/NNNN_*.sql, each in a transaction, under one lock. Prints
 * each name to standard output. False when something failed; the reason is logged. */
bool migrate_up(const char *directory);

/* Print which migrations migrate_up() would apply, and change nothing. The version the database
 * would be at then; -1 when the directory can't be read or the database not asked; the reason is
 * logged. */
int migrate_tell(const char *directory);

/* The schema version the database is at: 0 for an empty one, -1 when it could not be asked. */
int migrate_version(void);

/* Is that the version this program was built for? If not, the log tells what to do. */
bool migrate_fits(int version);

/* What to do about a database at this version, which is not ours: a sentence for "hint: ". */
const char *migrate_hint(int version);

/* The version this program was built for. */
extern const int schema_version;

#endif
