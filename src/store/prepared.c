/*
 * Prepared statements: questions whose file in sql/query says that they have one plan are parsed
 * and planned once on each connection. Where that does not hold, as behind a pooler that gives each
 * transaction another connection, the same questions go out unnamed, as all others do.
 */
#include "config.h"

#include "store/store.h"
#include "store/store_int.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define KNOWN_MAX 128
/* Without values a plan is as good as what PostgreSQL knew of the table when it was made: that of a
 * table with one page reads it from end to end. It makes a new one by itself after each ANALYZE. */
#define PLANS_LAST_US 10000000

static enum prepare wanted;

/* What is so on this connection. */
static struct {
	bool is_refused;                            /* by what lies between us and PostgreSQL */
	const struct query *known[KNOWN_MAX];       /* their statements are there */
	int known_count;
	int64_t planned_us;                         /* no plan is older */
} here;

void store_prepare(enum prepare where)
{
	wanted = where;
}

void prepared_forget(void)
{
	here.is_refused = false;
	here.known_count = 0;
}

/* In a transaction what is refused takes the transaction with it. */
static bool is_asked_by_name(const struct query *query)
{
	enum prepare least = pg_in_transaction() ? PREPARE_IN_TRANSACTIONS : PREPARE_ALONE;

	return query->statement != NULL && wanted >= least && !here.is_refused;
}

static bool is_known(const struct query *query)
{
	for (int n = 0; n < here.known_count; n++) {
		if (here.known[n] == query)
			return true;
	}
	return false;
}

static void plans_renew(PGconn *pg)
{
	int64_t now_us = clock_monotonic_us();

	if (here.known_count == 0)
		here.planned_us = now_us;
	if (now_us - here.planned_us <= PLANS_LAST_US)
		return;
	PQclear(PQexec(pg, "discard plans"));
	here.planned_us = now_us;
}

/* Have the statement on this connection. NULL: it is there; else why it is not. */
static PGresult *statement_make(PGconn *pg, const struct query *query)
{
	plans_renew(pg);
	if (is_known(query))
		return NULL;
	PGresult *result = PQprepare(pg, query->statement, query->text, 0, NULL);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		return result;
	PQclear(result);
	log_debug("prepared %s", query->name);
	if (here.known_count < KNOWN_MAX)
		here.known[here.known_count++] = query;
	return NULL;
}

/*
 * There is no such statement, there is one already: it was another connection that we talked to
 * before. Or a migration changed what the statement returns. Nothing was done in any case.
 */
bool prepared_is_refusal(const char *state)
{
	static const char *const states[] = { "26000", "42P05", "0A000" };

	for (size_t n = 0; state != NULL && n < sizeof(states) / sizeof(states[0]); n++) {
		if (strcmp(state, states[n]) == 0)
			return true;
	}
	return false;
}

PGresult *prepared_or_not(PGconn *pg, const struct query *query, const char *const *params,
			  int count, put_question *put)
{
	if (!is_asked_by_name(query))
		return put(pg, query, params, count, false);
	PGresult *result = statement_make(pg, query);
	if (result == NULL)
		result = put(pg, query, params, count, true);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	if (!prepared_is_refusal(state))
		return result;
	log_info("%s: prepared statements do not hold on this connection (%s); it goes on without",
		 query->name, state);
	here.is_refused = true;
	if (pg_in_transaction())
		return result;
	PQclear(result);
	return put(pg, query, params, count, false);
}
