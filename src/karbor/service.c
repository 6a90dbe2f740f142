/* Services: the processes that carry out what the API accepts, for administrators to watch and to
 * take out of work (spec data-protection-v1 3.10). Each writes its own row; see migration 0052. */
#include "config.h"

#include "karbor/karbor.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "store/queries.h"
#include "store/store.h"

#define ENGINE "karbor-operationengine"   /* the only program that can be taken out of work */
#define DISABLED "disabled"

static int64_t down_time = 60;

void service_configure(int64_t seconds)
{
	down_time = seconds;
}

static const char *down_time_text(struct req *rq)
{
	return arena_printf(rq->arena, "%" PRId64, down_time);
}

/* ---- what it accepts ------------------------------------------------------------------------ */

static const char *const statuses[] = { "enabled", DISABLED, NULL };

static const struct field update_fields[] = {
	{ .name = "status", .kinds = STRING, .flags = REQUIRED, .words = statuses },
	{ .name = "disabled_reason", .kinds = STRING | NULLABLE, .length_max = 255 },
	{ 0 }
};
static const struct shape update_body = { .fields = update_fields, .closed = true,
	.sample = "{\"status\": \"disabled\", \"disabled_reason\": \"a new disk\"}" };

/* ---- what it does --------------------------------------------------------------------------- */

/* A parameter that narrows; an empty one does not. */
static const char *wish(struct req *rq, const char *name)
{
	const char *value = req_parameter(rq, name);
	return value == NULL || value[0] == '\0' ? NULL : value;
}

static bool service_list(struct req *rq)
{
	const char *const params[] = { wish(rq, "host"), wish(rq, "binary"), down_time_text(rq) };

	return store_reply_rows(rq, "services", &sql_service_list, params, 3);
}

/* Is there such a process, and one that can be taken out of work? */
static bool may_set(struct req *rq, const char *id)
{
	int64_t number;

	if (!text_to_int64(id, &number))
		return problem(rq, 400, "the id of a service is a whole number");
	struct rows *rows = STORE_ASK(rq, &sql_service_find, id);
	if (rows == NULL)
		return false;
	if (rows_count(rows) == 0)
		return problem(rq, 404, "no service with id %s", id);
	if (strcmp(rows_text(rows, 0, "binary_name"), ENGINE) != 0)
		return problem(rq, 400, "service %s is no " ENGINE ": it can't be disabled", id);
	return true;
}

static bool service_update(struct req *rq)
{
	const char *id = req_word(rq, "service_id");
	const char *reason = json_get_string(rq->body, "disabled_reason");
	bool is_enabled = strcmp(json_get_string(rq->body, "status"), DISABLED) != 0;

	if (reason != NULL && reason[0] == '\0')
		reason = NULL;
	if (is_enabled && reason != NULL)
		return problem(rq, 400, "$.disabled_reason: what is enabled has none");
	if (!may_set(rq, id))
		return false;
	struct rows *rows = STORE_ASK(rq, &sql_service_set, id, is_enabled ? "true" : "false",
				      reason, down_time_text(rq));
	return rows != NULL && karbor_reply(rq, "service", rows_text(rows, 0, "doc"),
					    rows_length(rows, 0, "doc"));
}

/* ---- how it is reached ---------------------------------------------------------------------- */

static const struct route service_routes[] = {
	{ METHOD_GET, "/os-services", "service:get_all", service_list, NULL, 0, 200 },
	{ METHOD_PUT, "/os-services/{service_id}", "service:update", service_update, &update_body,
	  0, 200 },
	{ 0 }
};

static const char *const states[] = { "up", "down", NULL };

static const struct field shown_fields[] = {
	{ .name = "id", .kinds = INTEGER, .flags = REQUIRED },
	{ .name = "binary", .kinds = STRING, .flags = REQUIRED },
	{ .name = "host", .kinds = STRING, .flags = REQUIRED },
	{ .name = "status", .kinds = STRING, .flags = REQUIRED, .words = statuses },
	{ .name = "state", .kinds = STRING, .flags = REQUIRED, .words = states },
	{ .name = "updated_at", .kinds = STRING | NULLABLE, .flags = REQUIRED },
	{ .name = "disabled_reason", .kinds = STRING | NULLABLE, .flags = REQUIRED },
	{ 0 }
};
static const struct shape shown_shape = { .fields = shown_fields, .wrapper = "service" };

const struct resource karbor_service = { "services", service_routes, "id", &shown_shape };
