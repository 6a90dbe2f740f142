/* The connection: opened when first needed, opened again when it was lost; and transactions. */
#include "config.h"

#include "store/store.h"
#include "store/store_int.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"

static struct {
	char *parameters;                  /* what store_configure() was told */
	char connect_timeout[24];
	char options[96];
	PGconn *pg;                        /* NULL while there is none */
	const struct query *listen;        /* asked on each new connection */
	char sqlstate[6];                  /* of the last failure; "" when the connection failed */
	bool is_unsure;                    /* after a failure: it may have been done all the same */
	bool in_transaction;
	int64_t slow_us;                   /* what takes longer is logged; 0: nothing is */
	bool reopened;                     /* since the last store_notified() */
} connection;

bool store_configure(const char *parameters, int64_t connect_timeout, int64_t statement_timeout)
{
	if (!connection_check(parameters))
		return false;
	store_close();
	free(connection.parameters);
	connection.parameters = strdup(parameters);
	snprintf(connection.connect_timeout, sizeof(connection.connect_timeout), "%lld",
		 (long long)connect_timeout);
	/* documents hold passwords, and what can't be stored would show in the server's log */
	int len = snprintf(connection.options, sizeof(connection.options),
			   "-c log_parameter_max_length_on_error=0");
	if (statement_timeout > 0)
		snprintf(connection.options + len, sizeof(connection.options) - (size_t)len,
			 " -c statement_timeout=%llds", (long long)statement_timeout);
	return true;
}

void store_close(void)
{
	PQfinish(connection.pg);
	connection.pg = NULL;
	connection.in_transaction = false;
}

/* The server's notices belong in the server's log. */
static void notice_drop(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

static bool command_done(PGresult *result)
{
	bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
	PQclear(result);
	return done;
}

static bool connection_open(void)
{
	/* what comes after our own wishes, the operator's connection string, wins */
	static const char *const names[] = { "connect_timeout", "options", "dbname",
					     "fallback_application_name", "client_encoding", NULL };
	const char *const values[] = { connection.connect_timeout, connection.options,
				       connection.parameters, "permafrost", "UTF8", NULL };

	connection.pg = PQconnectdbParams(names, values, 1);
	connection.reopened = true;
	connection.sqlstate[0] = '\0';
	connection.is_unsure = false;
	prepared_forget();
	if (PQstatus(connection.pg) == CONNECTION_OK) {
		PQsetNoticeReceiver(connection.pg, notice_drop, NULL);
		if (connection.listen == NULL ||
		    command_done(PQexec(connection.pg, connection.listen->text))) {
			metrics_count(METRIC_DATABASE_OPENED);
			return true;
		}
	}
	metrics_count(METRIC_DATABASE_AWAY);
	log_error("PostgreSQL can't be reached: %s", PQerrorMessage(connection.pg));
	store_close();
	return false;
}

PGconn *pg_link(void)
{
	if (connection.pg == NULL && !connection_open())
		return NULL;
	return connection.pg;
}

bool pg_lost(void)
{
	return connection.pg == NULL || PQstatus(connection.pg) != CONNECTION_OK;
}

bool pg_in_transaction(void)
{
	return connection.in_transaction;
}

pid_t store_server_process(void)
{
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);

	if (pg_lost() || PQhost(connection.pg)[0] != '/' ||
	    getsockopt(PQsocket(connection.pg), SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return 0;
	return peer.pid;
}

/* Take in whatever the server sent on its own; a dead connection is closed. */
static void connection_read(void)
{
	struct pollfd wait = { .fd = PQsocket(connection.pg), .events = POLLIN };
	bool dead = pg_lost();   /* as after a list that broke off; it has no descriptor then */

	/* a server that leaves says a last word first */
	while (!dead && poll(&wait, 1, 0) > 0)
		dead = PQconsumeInput(connection.pg) == 0 || pg_lost();
	if (dead)
		store_close();
}

void pg_refresh(void)
{
	if (connection.pg != NULL && !connection.in_transaction)
		connection_read();
}

bool store_listen(const struct query *listen)
{
	connection.listen = listen;
	return connection.pg == NULL || command_done(PQexec(connection.pg, listen->text));
}

bool store_notified(void)
{
	pg_refresh();
	bool news = connection.reopened || connection.pg == NULL;
	connection.reopened = false;
	PGnotify *notice;
	while (connection.pg != NULL && (notice = PQnotifies(connection.pg)) != NULL) {
		PQfreemem(notice);
		news = true;
	}
	return news;
}

/* Without a connection there is nobody to be woken by, and no news either. */
void store_wait(int64_t ms, const sigset_t *mask)
{
	struct timespec length = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = ms % 1000 * 1000000 };
	struct pollfd wait = { .fd = -1, .events = POLLIN };

	if (!pg_lost()) {
		if (store_notified())
			return;
		wait.fd = PQsocket(connection.pg);
	}
	ppoll(&wait, 1, &length, mask);
}

static const struct query begin = { .name = "begin", .text = "begin" };
static const struct query commit = { .name = "commit", .text = "commit" };

/* Until COMMIT is sent nothing of a transaction is done; a statement of its own is one. */
static bool may_have_been_done(const struct query *query)
{
	return pg_lost() && !connection.in_transaction && query != &begin &&
	       strncmp(query->text, "select", 6) != 0;
}

/* What the SQLSTATE of a failure counts as; NULL: the connection was lost. */
static enum metric failure_kind(const char *state)
{
	static const struct { const char *class; enum metric kind; } kinds[] = {
		{ "57014", METRIC_DATABASE_TIMEOUT }, { "08", METRIC_DATABASE_AWAY },
		{ "53", METRIC_DATABASE_AWAY }, { "57", METRIC_DATABASE_AWAY },
		{ "58", METRIC_DATABASE_AWAY }, { "40", METRIC_DATABASE_CONFLICT },
		{ "23", METRIC_DATABASE_CONSTRAINT },
	};

	if (state == NULL)
		return METRIC_DATABASE_AWAY;
	for (size_t n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++) {
		if (strncmp(state, kinds[n].class, strlen(kinds[n].class)) == 0)
			return kinds[n].kind;
	}
	return METRIC_DATABASE_OTHER;
}

void pg_count_failure(const PGresult *result)
{
	metrics_count(failure_kind(PQresultErrorField(result, PG_DIAG_SQLSTATE)));
}

void store_slow(int64_t ms)
{
	connection.slow_us = ms * 1000;
}

void pg_note_time(const struct query *query, int64_t began_us)
{
	int64_t took_us = clock_monotonic_us() - began_us;

	if (connection.slow_us == 0 || took_us < connection.slow_us)
		return;
	metrics_count(METRIC_SLOW_QUERIES);
	log_warning("slow: %s took %lld ms", query->name, (long long)(took_us / 1000));
}

void pg_note_failure(const struct query *query, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	snprintf(connection.sqlstate, sizeof(connection.sqlstate), "%s",
		 state == NULL ? "" : state);
	if (!prepared_is_refusal(state)) {
		pg_count_failure(result);
		log_warning("%s failed: %s", query->name,
			    state == NULL ? "connection lost" : state);
	}
	connection.is_unsure = may_have_been_done(query);
	if (pg_lost())
		store_close();
}

bool store_may_retry(void)
{
	bool may = strcmp(connection.sqlstate, "40001") == 0 ||
		   strcmp(connection.sqlstate, "40P01") == 0 ||
		   prepared_is_refusal(connection.sqlstate);

	connection.sqlstate[0] = '\0';
	return may;
}

/* ---- SQLSTATE to problem -------------------------------------------------------------------- */

static bool state_is_one_of(const char *const *states)
{
	for (; *states != NULL; states++) {
		if (strncmp(connection.sqlstate, *states, strlen(*states)) == 0)
			return true;
	}
	return false;
}

bool pg_problem(struct req *rq)
{
	static const char *const away[] = { "08", "53", "57", "58", "40001", "40P01", "25P03",
					    "25006", NULL };
	static const char *const unstorable[] = { "22", "54", NULL };

	if (connection.sqlstate[0] == '\0' || state_is_one_of(away) ||
	    prepared_is_refusal(connection.sqlstate)) {
		rq->reply.retry_after = STORE_RETRY_AFTER;
		if (connection.is_unsure)
			return problem(rq, 503, "the database was lost while it was asked; "
				       "whether this request was carried out is not known");
		return problem(rq, 503, "the database is not available at the moment");
	}
	if (strcmp(connection.sqlstate, "23505") == 0)
		return problem(rq, 409, "a document with this identity exists already");
	if (state_is_one_of(unstorable))
		return problem(rq, 400, "the request holds a value that can't be stored");
	return problem_titled(rq, 500, "Internal Storage Error",
			      "the database refused the request; the log tells why");
}

/* ---- transactions --------------------------------------------------------------------------- */

bool store_begin(struct req *rq)
{
	pg_refresh();
	PGconn *pg = pg_link();
	if (pg == NULL)
		return pg_problem(rq);
	PGresult *result = PQexec(pg, begin.text);
	connection.in_transaction = PQresultStatus(result) == PGRES_COMMAND_OK;
	if (!connection.in_transaction)
		pg_note_failure(&begin, result);
	PQclear(result);
	return connection.in_transaction || pg_problem(rq);
}

bool store_commit(struct req *rq)
{
	if (connection.pg == NULL)
		return pg_problem(rq);
	int64_t began_us = clock_monotonic_us();
	PGresult *result = PQexec(connection.pg, commit.text);
	pg_note_time(&commit, began_us);
	/* a transaction that failed answers COMMIT with ROLLBACK */
	bool done = PQresultStatus(result) == PGRES_COMMAND_OK &&
		    strcmp(PQcmdStatus(result), "COMMIT") == 0;
	connection.in_transaction = false;
	if (!done)
		pg_note_failure(&commit, result);
	PQclear(result);
	/* a COMMIT that was cancelled in time has ended nothing */
	if (!pg_lost() && PQtransactionStatus(connection.pg) != PQTRANS_IDLE)
		store_close();
	return done || pg_problem(rq);
}

void store_rollback(void)
{
	if (!connection.in_transaction)
		return;
	connection.in_transaction = false;
	if (connection.pg != NULL && !command_done(PQexec(connection.pg, "rollback")))
		store_close();
}

/* Whoever began a transaction ends it. */
bool store_transaction_with(struct req *rq, bool (*work)(struct req *rq, void *argument),
			    void *argument)
{
	if (connection.in_transaction)
		return work(rq, argument);
	if (!store_begin(rq))
		return false;
	if (work(rq, argument))
		return store_commit(rq);
	store_rollback();
	return false;
}

struct plain_work {
	bool (*work)(struct req *rq);
};

static bool plain_work(struct req *rq, void *argument)
{
	return ((struct plain_work *)argument)->work(rq);
}

bool store_transaction(struct req *rq, bool (*work)(struct req *rq))
{
	return store_transaction_with(rq, plain_work, &(struct plain_work){ work });
}
