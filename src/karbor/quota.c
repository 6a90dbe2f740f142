/* Quotas: how many plans and checkpoints a project may have (spec data-protection-v1 2.15, 3.11,
 * 3.12). What is in use is counted from the documents themselves, so it can't drift. */
#include "config.h"

#include "karbor/karbor.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "schema/schema.h"
#include "store/queries.h"
#include "store/store.h"

#define CLASS_MAX 255

static const char *const names[QUOTA_COUNT] = { "plans", "checkpoints" };

static int64_t defaults[QUOTA_COUNT] = { 50, -1 };

void quota_configure(int64_t plans, int64_t checkpoints)
{
	defaults[QUOTA_PLANS] = plans;
	defaults[QUOTA_CHECKPOINTS] = checkpoints;
}

/* ---- limits --------------------------------------------------------------------------------- */

/* The limits that a question tells of `key`, the defaults for the rest. */
static bool limits_read(struct req *rq, const struct query *query, const char *key,
			int64_t *limits)
{
	struct rows *rows = STORE_ASK(rq, query, key);

	if (rows == NULL)
		return false;
	memcpy(limits, defaults, sizeof(defaults));
	for (int row = 0; row < rows_count(rows); row++) {
		for (size_t n = 0; n < QUOTA_COUNT; n++) {
			if (strcmp(rows_text(rows, row, "resource"), names[n]) == 0)
				limits[n] = rows_int(rows, row, "hard_limit");
		}
	}
	return true;
}

static bool use_read(struct req *rq, const char *project, int64_t *use)
{
	struct rows *rows = STORE_ASK(rq, &sql_quota_use, project);

	if (rows == NULL)
		return false;
	for (size_t n = 0; n < QUOTA_COUNT; n++)
		use[n] = rows_int(rows, 0, names[n]);
	return true;
}

bool quota_take(struct req *rq, const char *project, enum quota quota)
{
	int64_t limits[QUOTA_COUNT], use[QUOTA_COUNT];

	if (!limits_read(rq, &sql_quota_find, project, limits))
		return false;
	if (limits[quota] < 0)
		return true;
	if (STORE_ASK(rq, &sql_quota_guard, project, names[quota]) == NULL ||
	    !use_read(rq, project, use))
		return false;
	if (use[quota] < limits[quota])
		return true;
	return problem(rq, 413, "the project has %" PRId64 " %s, and may have %" PRId64, use[quota],
		       names[quota], limits[quota]);
}

/* ---- what it accepts ------------------------------------------------------------------------ */

#define BODY(wrapper) \
	{ .name = (wrapper), .kinds = OBJECT, .flags = REQUIRED, .shape = &karbor_meta }

static const struct field quota_fields[] = { BODY("quota"), { 0 } };
static const struct shape quota_body = { .fields = quota_fields, .closed = true,
					 .sample = "{\"quota\": {\"plans\": 60}}" };

static const struct field class_fields[] = { BODY("quota_class"), { 0 } };
static const struct shape class_body = { .fields = class_fields, .closed = true,
					 .sample = "{\"quota_class\": {\"plans\": 60}}" };

/* Names other than ours are ignored, as the client sends what it knows. */
static bool limits_set(struct req *rq, const struct query *query, const char *key,
		       const char *wrapper)
{
	for (size_t n = 0; n < QUOTA_COUNT; n++) {
		struct json_object *value = json_get(json_get(rq->body, wrapper), names[n]);
		int64_t limit;

		if (value == NULL)
			continue;
		if (!karbor_whole_number(value, &limit) || limit < -1 || limit > INT32_MAX)
			return problem(rq, 400, "$.%s.%s must be a whole number from -1", wrapper,
				       names[n]);
		if (STORE_ASK(rq, query, key, names[n],
			      arena_printf(rq->arena, "%" PRId64, limit)) == NULL)
			return false;
	}
	return true;
}

/* ---- what it does --------------------------------------------------------------------------- */

/* {"<wrapper>": {"plans": ..., "checkpoints": ..., "id": id}}, without id when that is NULL. */
static bool limits_reply(struct req *rq, const char *wrapper, const int64_t *limits,
			 const char *id)
{
	struct text out = { .arena = rq->arena };

	text_printf(&out, "{\"%s\": {", wrapper);
	for (size_t n = 0; n < QUOTA_COUNT; n++)
		text_printf(&out, "%s\"%s\": %" PRId64, n == 0 ? "" : ", ", names[n], limits[n]);
	if (id != NULL) {
		text_puts(&out, ", \"id\": ");
		text_json_string(&out, id);
	}
	text_puts(&out, "}}");
	return reply_json(rq, 200, out.data);
}

static const char *asked_project(struct req *rq)
{
	return req_word(rq, "quota_project_id");
}

/* The project in the path, which may be spelled as any UUID, as Keystone spells ids: 32 digits. A
 * project that spells its own otherwise keeps that. NULL with a 400 problem: it is no UUID. */
static const char *named_project(struct req *rq)
{
	const char *given = asked_project(rq);
	char dashed[UUID_DASHED_SIZE], *project = arena_alloc(rq->arena, UUID_HEX_SIZE);
	size_t len = 0;

	if (!uuid_canonical(given, dashed)) {
		problem(rq, 400, "the project in the path is not a UUID");
		return NULL;
	}
	if (strcmp(given, req_project(rq)) == 0)
		return given;
	for (const char *digit = dashed; *digit != '\0'; digit++) {
		if (*digit != '-')
			project[len++] = *digit;
	}
	project[len] = '\0';
	return project;
}

/* The same; another's is for administrators. */
static const char *quota_project(struct req *rq)
{
	const char *project = named_project(rq);

	if (project == NULL)
		return NULL;
	if (!rq->is_privileged && strcmp(project, req_project(rq)) != 0) {
		problem(rq, 403, "these are the quotas of another project");
		return NULL;
	}
	return project;
}

static bool quota_show(struct req *rq)
{
	const char *project = quota_project(rq);
	int64_t limits[QUOTA_COUNT];

	return project != NULL && limits_read(rq, &sql_quota_find, project, limits) &&
	       limits_reply(rq, "quota", limits, asked_project(rq));
}

static bool quota_show_detail(struct req *rq)
{
	const char *project = quota_project(rq);
	int64_t limits[QUOTA_COUNT], use[QUOTA_COUNT];
	struct text out = { .arena = rq->arena };

	if (project == NULL || !limits_read(rq, &sql_quota_find, project, limits) ||
	    !use_read(rq, project, use))
		return false;
	text_puts(&out, "{\"quota\": {");
	for (size_t n = 0; n < QUOTA_COUNT; n++)
		text_printf(&out, "\"%s\": {\"limit\": %" PRId64 ", \"in_use\": %" PRId64
			    ", \"reserved\": 0}, ", names[n], limits[n], use[n]);
	text_puts(&out, "\"id\": ");
	text_json_string(&out, asked_project(rq));
	text_puts(&out, "}}");
	return reply_json(rq, 200, out.data);
}

static bool quota_show_defaults(struct req *rq)
{
	const char *project = named_project(rq);

	return project != NULL && limits_reply(rq, "quota", defaults, asked_project(rq));
}

static bool quota_update(struct req *rq)
{
	const char *project = quota_project(rq);
	int64_t limits[QUOTA_COUNT];

	return project != NULL && limits_set(rq, &sql_quota_set, project, "quota") &&
	       limits_read(rq, &sql_quota_find, project, limits) &&
	       limits_reply(rq, "quota", limits, NULL);
}

static bool quota_delete(struct req *rq)
{
	const char *project = quota_project(rq);

	return project != NULL && STORE_ASK(rq, &sql_quota_clear, project) != NULL &&
	       karbor_reply_nothing(rq);
}

static const char *class_name(struct req *rq)
{
	const char *name = req_word(rq, "class_name");

	if (strlen(name) <= CLASS_MAX && format_printable(name))
		return name;
	problem(rq, 400, "the name of a class is one line of at most %d bytes", CLASS_MAX);
	return NULL;
}

static bool class_show(struct req *rq)
{
	const char *name = class_name(rq);
	int64_t limits[QUOTA_COUNT];

	return name != NULL && limits_read(rq, &sql_quota_class_find, name, limits) &&
	       limits_reply(rq, "quota_class", limits, name);
}

static bool class_update(struct req *rq)
{
	const char *name = class_name(rq);
	int64_t limits[QUOTA_COUNT];

	return name != NULL && limits_set(rq, &sql_quota_class_set, name, "quota_class") &&
	       limits_read(rq, &sql_quota_class_find, name, limits) &&
	       limits_reply(rq, "quota_class", limits, NULL);
}

/* ---- how it is reached ---------------------------------------------------------------------- */

#define QUOTA "/quotas/{quota_project_id}"

static const struct route quota_routes[] = {
	{ METHOD_GET, QUOTA, "quota:get", quota_show, NULL, 0, 200 },
	{ METHOD_GET, QUOTA "/detail", "quota:get", quota_show_detail, NULL, 0, 200 },
	{ METHOD_GET, QUOTA "/defaults", "quota:get_default", quota_show_defaults, NULL,
	  NO_DATABASE, 200 },
	{ METHOD_PUT, QUOTA, "quota:update", quota_update, &quota_body, 0, 200 },
	{ METHOD_DELETE, QUOTA, "quota:delete", quota_delete, NULL, SINGLE_STATEMENT, 200 },
	{ 0 }
};

static const struct route class_routes[] = {
	{ METHOD_GET, "/quota_classes/{class_name}", "quota_class:get", class_show, NULL, 0, 200 },
	{ METHOD_PUT, "/quota_classes/{class_name}", "quota_class:update", class_update,
	  &class_body, 0, 200 },
	{ 0 }
};

const struct resource karbor_quota = { .name = "quotas", .routes = quota_routes };
const struct resource karbor_quota_class = { .name = "quota_classes", .routes = class_routes };
