/* Ask one question of sql/query with bound parameters; take the rows at once or one by one. */
#include "config.h"

#include "store/store.h"
#include "store/store_int.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

struct rows {
	PGresult *result;
};

static void result_free(void *result)
{
	PQclear(result);
}

static bool result_good(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ||
	       status == PGRES_SINGLE_TUPLE;
}

/*
 * Only what changes nothing may be asked a second time when the first answer got lost, and only if
 * it was `alone`: what came before it in a transaction is lost as well.
 */
static bool may_ask_again(const struct req *rq, bool alone)
{
	return rq->method == METHOD_GET && alone && pg_lost();
}

static PGresult *put_whole(PGconn *pg, const struct query *query, const char *const *params,
			   int count, bool by_name)
{
	if (by_name)
		return PQexecPrepared(pg, query->statement, count, params, NULL, NULL, 0);
	return PQexecParams(pg, query->text, count, NULL, params, NULL, NULL, 0);
}

static PGresult *ask_once(const struct query *query, const char *const *params, int count)
{
	PGconn *pg = pg_link();
	if (pg == NULL)
		return NULL;
	int64_t began_us = clock_monotonic_us();
	PGresult *result = prepared_or_not(pg, query, params, count, put_whole);
	pg_note_time(query, began_us);
	if (!result_good(result)) {
		pg_note_failure(query, result);
		PQclear(result);
		return NULL;
	}
	log_debug("asked %s, %d rows", query->name, PQntuples(result));
	return result;
}

struct rows *store_ask(struct req *rq, const struct query *query, const char *const *params,
		       int count)
{
	const bool alone = !pg_in_transaction();   /* a lost connection is in none */

	if (alone)
		pg_refresh();
	PGresult *result = ask_once(query, params, count);
	if (result == NULL && may_ask_again(rq, alone))
		result = ask_once(query, params, count);
	if (result == NULL) {
		pg_problem(rq);
		return NULL;
	}
	struct rows *rows = arena_alloc(rq->arena, sizeof(*rows));
	rows->result = result;
	arena_defer(rq->arena, result_free, result);
	return rows;
}

static int column_number(const struct rows *rows, const char *column)
{
	int number = PQfnumber(rows->result, column);
	assert(number >= 0);
	return number;
}

int rows_count(const struct rows *rows)
{
	return PQntuples(rows->result);
}

const char *rows_text(const struct rows *rows, int row, const char *column)
{
	int number = column_number(rows, column);
	if (PQgetisnull(rows->result, row, number))
		return NULL;
	return PQgetvalue(rows->result, row, number);
}

size_t rows_length(const struct rows *rows, int row, const char *column)
{
	return (size_t)PQgetlength(rows->result, row, column_number(rows, column));
}

int64_t rows_int(const struct rows *rows, int row, const char *column)
{
	const char *text = rows_text(rows, row, column);
	return text == NULL ? 0 : strtoll(text, NULL, 10);
}

bool rows_bool(const struct rows *rows, int row, const char *column)
{
	const char *text = rows_text(rows, row, column);
	return text != NULL && text[0] == 't';
}

int64_t rows_touched(const struct rows *rows)
{
	return strtoll(PQcmdTuples(rows->result), NULL, 10);
}

/* ---- a list, row by row --------------------------------------------------------------------- */

struct stream {
	PGconn *pg;
	const char *name;    /* of the query */
	const char *list;    /* what the reply calls it */
	PGresult *row;       /* fetched, not yet given out */
	PGresult *given;     /* what the last piece points into */
	int64_t count;       /* of rows given */
	struct req *rq;
	const struct page_end *end;   /* NULL: all rows are shown */
};

/* Leave the connection ready for the next question, also when the client went away midway. */
static void stream_end(void *argument)
{
	struct stream *stream = argument;

	PGresult *rest;

	log_debug("asked %s, %lld rows", stream->name, (long long)stream->count);
	PQclear(stream->given);
	PQclear(stream->row);
	while ((rest = PQgetResult(stream->pg)) != NULL)
		PQclear(rest);
}

static bool stream_whole(const struct stream *stream)
{
	if (result_good(stream->row))
		return true;
	const char *state = PQresultErrorField(stream->row, PG_DIAG_SQLSTATE);
	pg_count_failure(stream->row);
	log_warning("%s failed midway: %s", stream->name,
		    state == NULL ? "connection lost" : state);
	return false;
}

static int stream_next(void *source, const char **piece, size_t *len)
{
	struct stream *stream = source;

	if (PQresultStatus(stream->row) != PGRES_SINGLE_TUPLE)
		return stream_whole(stream) ? 0 : -1;
	if (stream->end != NULL && stream->count == stream->end->limit) {
		const char *last = PQgetvalue(stream->given, 0, 1);
		stream->rq->reply.tail = stream->end->tail(stream->rq, stream->list, last);
		return 0;
	}
	PQclear(stream->given);
	stream->given = stream->row;
	stream->count++;
	stream->row = PQgetResult(stream->pg);
	*piece = PQgetvalue(stream->given, 0, 0);
	*len = (size_t)PQgetlength(stream->given, 0, 0);
	return 1;
}

/* Send the question and fetch the first row; nothing is left to fetch after a failure. */
static PGresult *put_list(PGconn *pg, const struct query *query, const char *const *params,
			  int count, bool by_name)
{
	int sent = by_name
		? PQsendQueryPrepared(pg, query->statement, count, params, NULL, NULL, 0)
		: PQsendQueryParams(pg, query->text, count, NULL, params, NULL, NULL, 0);
	if (sent == 1)
		PQsetSingleRowMode(pg);
	PGresult *first = PQgetResult(pg), *rest;
	while (!result_good(first) && (rest = PQgetResult(pg)) != NULL)
		PQclear(rest);
	return first;
}

/* A failure is known before the reply. */
static bool stream_start(struct stream *stream, const struct query *query,
			 const char *const *params, int count)
{
	stream->name = query->name;
	stream->pg = pg_link();
	if (stream->pg == NULL)
		return false;
	int64_t began_us = clock_monotonic_us();
	stream->row = prepared_or_not(stream->pg, query, params, count, put_list);
	pg_note_time(query, began_us);
	if (result_good(stream->row))
		return true;
	pg_note_failure(query, stream->row);
	PQclear(stream->row);
	stream->row = NULL;
	return false;
}

bool store_reply_rows(struct req *rq, const char *name, const struct query *query,
		      const char *const *params, int count)
{
	return store_reply_page(rq, name, query, params, count, NULL);
}

bool store_reply_page(struct req *rq, const char *name, const struct query *query,
		      const char *const *params, int count, const struct page_end *end)
{
	struct stream *stream = arena_alloc(rq->arena, sizeof(*stream));
	const bool alone = !pg_in_transaction();

	stream->rq = rq;
	stream->list = name;
	stream->end = end;
	pg_refresh();
	if (!stream_start(stream, query, params, count) &&
	    !(may_ask_again(rq, alone) && stream_start(stream, query, params, count)))
		return pg_problem(rq);
	arena_defer(rq->arena, stream_end, stream);
	rq->reply.status = 200;
	rq->reply.head = arena_printf(rq->arena, "{\"%s\": [", name);
	rq->reply.next = stream_next;
	rq->reply.source = stream;
	rq->reply.tail = "]}";
	return true;
}
