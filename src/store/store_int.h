/* What the files of the store share among themselves. */
#ifndef PERMAFROST_STORE_STORE_INT_H
#define PERMAFROST_STORE_STORE_INT_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "store/store.h"

#define STORE_RETRY_AFTER 2   /* seconds a client is asked to wait when the database is away */

/* The connection, opened if need be; NULL when PostgreSQL can't be reached. */
PGconn *pg_link(void);

/* The connection is gone: what was sent last may or may not have been done. */
bool pg_lost(void);

/* A connection that died while idle is noticed here and opened anew, before anything is sent. */
void pg_refresh(void);

bool pg_in_transaction(void);

/*
 * Does libpq understand the connection string, and as it was meant? False, and the log tells what
 * to do without saying the string: libpq's own words would hold pieces of a password.
 */
bool connection_check(const char *text);

/* Remember why `query` failed, log it by name, and close the connection if it was lost. */
void pg_note_failure(const struct query *query, const PGresult *result);

/* Count a failure, by its SQLSTATE. */
void pg_count_failure(const PGresult *result);

/* A question that began then was answered just now: log it if it was slow. */
void pg_note_time(const struct query *query, int64_t began_us);

/* Put a question to PostgreSQL, by the name of its statement or with its text: the first answer. */
typedef PGresult *put_question(PGconn *pg, const struct query *query, const char *const *params,
			       int count, bool by_name);

/* Put a question by name where it has one plan and this connection keeps statements; else with its
 * text. What PostgreSQL refuses by name is put again, as nothing was done yet; in a transaction,
 * which failed by that, the refusal is the answer. */
PGresult *prepared_or_not(PGconn *pg, const struct query *query, const char *const *params,
			  int count, put_question *put);

/* Does this SQLSTATE say that a statement is not there, or no longer what it was? */
bool prepared_is_refusal(const char *state);

/* A connection was opened: no statement is there. */
void prepared_forget(void);

/* Turn the failure noted last into a problem of the request. Always false. */
bool pg_problem(struct req *rq);

#endif
