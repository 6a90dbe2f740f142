/* Lists: which page of which documents, plain or searched (spec freezer-v1-v2 2.9, 3.4, 3.5). */
#include "config.h"

#include "store/doc.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/concurrency.h"
#include "base/metrics.h"
#include "store/queries.h"
#include "store/search.h"

#define LIMIT_DEFAULT 10
#define LIMIT_MAX_DEFAULT 1000
#define PAGE_LIMIT_MAX 100             /* the inner limit of doc_page.sql */
#define NUMBER_MAX ((int64_t)1 << 60)  /* limit + offset still fit a bigint */

static int64_t limit_max = LIMIT_MAX_DEFAULT;

static const char *const list_names[KIND_COUNT] = {
	[KIND_BACKUPS] = "backups", [KIND_CLIENTS] = "clients", [KIND_JOBS] = "jobs",
	[KIND_ACTIONS] = "actions", [KIND_SESSIONS] = "sessions",
};

/* A list as a request asks for it. */
struct list {
	enum kind kind;
	struct scope scope;
	struct list_part part;
	struct search search;
};

/* Where the marker stands in the list's order, as text; all NULL without a marker. */
struct place {
	const char *project_id;
	const char *sort_name;
	const char *created_at;
	const char *id;
	const char *exact;
};

void list_configure(int64_t max)
{
	limit_max = max;
}

int64_t list_limit_max(void)
{
	return limit_max;
}

/* Blanks, a sign and leading zeros are fine; what is too large becomes NUMBER_MAX. Of several
 * numbers with commas the last one counts. */
static bool number_read(const char *text, int64_t *number)
{
	const char *comma = strrchr(text, ',');
	const char *digits = comma == NULL ? text : comma + 1;
	char *end;

	long long value = strtoll(digits, &end, 10);
	if (end == digits)
		return false;
	end += strspn(end, " \t\r\n\f\v");
	if (*end != '\0')
		return false;
	*number = value > NUMBER_MAX ? NUMBER_MAX : value;
	return true;
}

static bool limit_read(struct req *rq, struct list_part *part)
{
	const char *text = req_parameter(rq, "limit");

	part->limit = LIMIT_DEFAULT;
	if (text == NULL || text[0] == '\0')
		return true;
	if (!number_read(text, &part->limit) || part->limit < 1)
		return problem_titled(rq, 400, "Invalid parameter",
				      "limit must be an integer greater than 0");
	if (part->limit > limit_max)
		part->limit = limit_max;
	return true;
}

/* The published contract calls offset an id, every client sends a number: both are served. */
static bool offset_read(struct req *rq, struct list_part *part)
{
	const char *text = req_parameter(rq, "offset");

	if (text == NULL || text[0] == '\0')
		return true;
	if (!number_read(text, &part->offset)) {
		if (part->marker != NULL)
			return problem_titled(rq, 400, "Invalid parameter",
					      "offset must be an integer when there is a marker");
		part->marker = text;
		part->marker_name = "offset";
		return true;
	}
	if (part->offset < 0)
		return problem_titled(rq, 400, "Invalid parameter",
				      "offset must not be negative");
	return true;
}

bool list_part_read(struct req *rq, struct list_part *part)
{
	*part = (struct list_part){ .marker_name = "marker" };
	part->marker = req_parameter(rq, "marker");
	if (part->marker != NULL && part->marker[0] == '\0')
		part->marker = NULL;
	return limit_read(rq, part) && offset_read(rq, part);
}

static void wide_end(void *nothing)
{
	(void)nothing;
	concurrency_leave();
}

bool list_wide_begin(struct req *rq)
{
	if (concurrency_enter(rq->caller.project_id)) {
		arena_defer(rq->arena, wide_end, NULL);
		return true;
	}
	metrics_count(METRIC_SEARCHES_REFUSED);
	rq->reply.retry_after = 1;
	return problem(rq, 429, "%" PRId64 " searches of this project that may read all of it are "
		       "running, as many as [api] searches_max allows", concurrency_limit());
}

static bool list_begin(struct req *rq, const struct list *list)
{
	bool is_wide = search_is_wide(&list->search) || list->part.offset > LIST_OFFSET_NEAR;

	return !is_wide || list_wide_begin(rq);
}

static bool place_find(struct req *rq, const struct list *list, struct place *place)
{
	*place = (struct place){ 0 };
	if (list->part.marker == NULL)
		return true;
	struct rows *rows = STORE_ASK(rq, &sql_marker_find[list->kind],
				      list->scope.project, list->part.marker, list->search.texts,
				      list->scope.owner);
	if (rows == NULL)
		return false;
	if (rows_count(rows) == 0)
		return problem_titled(rq, 400, "Invalid parameter",
				      "%s names none of the %s in this list",
				      list->part.marker_name, list_names[list->kind]);
	if (rows_count(rows) > 1)
		return problem_titled(rq, 400, "Invalid parameter",
				      "%s names %s of several projects; page this list by an "
				      "offset that is an integer",
				      list->part.marker_name, list_names[list->kind]);
	place->project_id = rows_text(rows, 0, "project_id");
	place->sort_name = rows_text(rows, 0, "sort_name");
	place->created_at = rows_text(rows, 0, "created_at");
	place->id = rows_text(rows, 0, "id");
	place->exact = rows_text(rows, 0, "exact");
	return true;
}

/* Schedulers ask for the jobs of their client, again and again: an index has just these. */
static bool is_poll(const struct list *list)
{
	return list->kind == KIND_JOBS && list->search.client != NULL &&
	       list->search.texts_not == NULL && list->part.marker == NULL &&
	       list->part.offset == 0 && list->scope.project != NULL;
}

static bool poll_ask(struct req *rq, const struct list *list, const char *const *of_list)
{
	const char *const params[] = {
		of_list[0], of_list[1], list->search.client, list->search.match_not,
		list->search.word_not, of_list[6], of_list[8],
	};

	return store_reply_rows(rq, list_names[list->kind], &sql_job_poll, params, 7);
}

/* What clients ask for most has a question that needs no planning. */
static bool is_page(const struct list *list)
{
	return list->kind != KIND_CLIENTS && search_is_empty(&list->search) &&
	       list->part.limit <= PAGE_LIMIT_MAX && list->part.offset == 0 &&
	       list->scope.project != NULL && list->scope.owner == NULL;
}

static bool page_ask(struct req *rq, const struct list *list, const char *const *of_list)
{
	bool is_first = of_list[5] == NULL;
	const char *const params[] = {
		of_list[0], of_list[1], is_first ? "" : of_list[3],
		is_first ? "-infinity" : of_list[4], is_first ? "" : of_list[5], of_list[6],
	};

	return store_reply_rows(rq, list_names[list->kind], &sql_doc_page[list->kind], params, 6);
}

/* The first parameters of each question are the same, so one array serves all of them. */
static bool list_ask(struct req *rq, const struct list *list, const struct place *place)
{
	const char *name = list_names[list->kind];
	const struct search *search = &list->search;
	const char *const params[] = {
		list->scope.project,
		arena_printf(rq->arena, "%" PRId64, list->part.limit),
		arena_printf(rq->arena, "%" PRId64, list->part.offset),
		place->sort_name, place->created_at, place->id,
		rq->is_privileged ? "true" : "false",
		place->project_id, list->scope.owner, place->exact,
		search->match, search->match_not, search->texts, search->texts_not,
		search->time_after, search->time_before,
	};

	if (is_poll(list))
		return poll_ask(rq, list, params);
	if (is_page(list))
		return page_ask(rq, list, params);
	if (!search_is_empty(search))
		return store_reply_rows(rq, name, &sql_doc_search[list->kind], params, 16);
	if (list->kind == KIND_CLIENTS && list->scope.project != NULL &&
	    list->scope.owner == NULL)
		return store_reply_rows(rq, name, &sql_client_list, params, 6);
	const struct query *query = list->part.offset > 0 ? sql_doc_skip : sql_doc_list;
	return store_reply_rows(rq, name, &query[list->kind], params, 9);
}

bool list_reply(struct req *rq, enum kind kind, struct scope scope)
{
	struct list list = { .kind = kind, .scope = scope };
	struct place place;

	return list_part_read(rq, &list.part) && search_read(rq, kind, &list.search) &&
	       list_begin(rq, &list) && place_find(rq, &list, &place) &&
	       list_ask(rq, &list, &place);
}
