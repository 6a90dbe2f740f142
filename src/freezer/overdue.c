/* What should have happened and did not: jobs, backups and clients that are overdue. Beyond the
 * published reference; doc/watching.md tells what counts, and engines find it out. */
#include "config.h"

#include "freezer/freezer.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "store/queries.h"
#include "store/store.h"

static const char *const kinds[] = { "job", "backup", "client", NULL };

static bool is_kind(const char *text, size_t len)
{
	for (const char *const *kind = kinds; *kind != NULL; kind++) {
		if (strlen(*kind) == len && strncmp(*kind, text, len) == 0)
			return true;
	}
	return false;
}

/* ---- which page ----------------------------------------------------------------------------- */

struct overdue_list {
	struct scope scope;
	struct list_part part;
	const char *kind;            /* NULL: all of them */
	/* of the marker, all NULL without one */
	const char *late_at, *project_id, *marker_kind, *id;
};

static bool kind_read(struct req *rq, struct overdue_list *list)
{
	const char *kind = req_parameter(rq, "kind");

	if (kind == NULL || kind[0] == '\0')
		return true;
	if (!is_kind(kind, strlen(kind)))
		return problem_titled(rq, 400, "Invalid parameter",
				      "kind is job, backup or client");
	list->kind = kind;
	return true;
}

static bool marker_refuse(struct req *rq, const struct overdue_list *list)
{
	return problem_titled(rq, 400, "Invalid parameter", "%s names nothing in this list",
			      list->part.marker_name);
}

/* An overdue_id is a kind and an id. */
static bool marker_find(struct req *rq, struct overdue_list *list)
{
	const char *marker = list->part.marker;

	if (marker == NULL)
		return true;
	size_t len = strcspn(marker, ":");
	if (marker[len] == '\0' || !is_kind(marker, len))
		return marker_refuse(rq, list);
	list->marker_kind = arena_strndup(rq->arena, marker, len);
	list->id = marker + len + 1;
	struct rows *rows = STORE_ASK(rq, &sql_overdue_find, list->scope.project,
				      list->marker_kind, list->id);
	if (rows == NULL)
		return false;
	if (rows_count(rows) == 0)
		return marker_refuse(rq, list);
	if (rows_count(rows) > 1)
		return problem_titled(rq, 400, "Invalid parameter",
				      "%s is of several projects; page this list by an offset "
				      "that is an integer", list->part.marker_name);
	list->late_at = rows_text(rows, 0, "late_at");
	list->project_id = rows_text(rows, 0, "project_id");
	return true;
}

static bool overdue_ask(struct req *rq, const struct overdue_list *list)
{
	const char *const params[] = {
		list->scope.project,
		arena_printf(rq->arena, "%" PRId64, list->part.limit),
		arena_printf(rq->arena, "%" PRId64, list->part.offset),
		list->kind, list->late_at, list->project_id, list->marker_kind, list->id,
	};

	return store_reply_rows(rq, "overdue", &sql_overdue_list, params, 8);
}

static bool overdue_list(struct req *rq)
{
	struct overdue_list list = { .kind = NULL };

	return scope_asked(rq, &list.scope) && list_part_read(rq, &list.part) &&
	       kind_read(rq, &list) && marker_find(rq, &list) && overdue_ask(rq, &list);
}

/* ---- how it is reached ---------------------------------------------------------------------- */

static const struct route overdue_routes[] = {
	{ METHOD_GET, "/overdue", "overdue:get_all", overdue_list, NULL, ONLY_V2, 200 },
	{ 0 }
};

static const struct field shown_fields[] = {
	{ .name = "overdue_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "kind", .kinds = STRING, .flags = REQUIRED, .words = kinds },
	{ .name = "project_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "job_id", .kinds = STRING },
	{ .name = "client_id", .kinds = STRING },
	{ .name = "description", .kinds = STRING },
	{ .name = "last_at", .kinds = INTEGER, .flags = REQUIRED },
	{ .name = "due_at", .kinds = INTEGER, .flags = REQUIRED },
	{ .name = "overdue", .kinds = INTEGER, .flags = REQUIRED },
	{ .name = "status", .kinds = STRING },
	{ .name = "result", .kinds = STRING },
	{ .name = "reason", .kinds = STRING },
	{ 0 }
};
static const struct shape shown_shape = { .fields = shown_fields };

const struct resource freezer_overdue = { "overdue", overdue_routes, "overdue_id", &shown_shape };
