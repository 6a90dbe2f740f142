/* Triggers: when scheduled operations run (spec data-protection-v1 3.4, 4.1 to 4.3). */
#include "config.h"

#include "karbor/karbor.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "recurrence/recurrence.h"
#include "store/queries.h"
#include "store/store.h"

static struct recurrence_limits limits;

void trigger_configure(const struct recurrence_limits *allowed)
{
	limits = *allowed;
}

/* ---- what it accepts ------------------------------------------------------------------------ */

#define PROPERTIES_SAMPLE \
	"{\"format\": \"calendar\", " \
	"\"pattern\": \"BEGIN:VEVENT\\nRRULE:FREQ=DAILY;BYHOUR=2\\nEND:VEVENT\", " \
	"\"start_time\": \"2026-01-01 00:00:00\", \"window\": 1800}"

static const char *const types[] = { "time", NULL };

/* What they say is for the room of recurrence to judge. */
#define PROPERTIES(required) \
	{ .name = "format", .kinds = STRING, .flags = (required) }, \
	{ .name = "pattern", .kinds = STRING, .flags = (required) }, \
	{ .name = "start_time", .kinds = STRING }, \
	{ .name = "end_time", .kinds = STRING }, \
	{ .name = "window", .kinds = INTEGER | STRING }

static const struct field properties_fields[] = { PROPERTIES(REQUIRED), { 0 } };
static const struct shape properties_shape = { .fields = properties_fields, .closed = true };

static const struct field create_fields[] = {
	{ .name = "name", .kinds = STRING, .flags = REQUIRED, .length_max = 255 },
	{ .name = "type", .kinds = STRING, .flags = REQUIRED, .words = types },
	{ .name = "properties", .kinds = OBJECT, .flags = REQUIRED, .shape = &properties_shape },
	{ 0 }
};
static const struct shape create_shape = { .fields = create_fields, .closed = true };
static const struct field create_body_fields[] = {
	{ .name = "trigger_info", .kinds = OBJECT, .flags = REQUIRED, .shape = &create_shape },
	{ 0 }
};
static const struct shape create_body = {
	.fields = create_body_fields, .closed = true,
	.sample = "{\"trigger_info\": {\"name\": \"every night\", \"type\": \"time\", "
		  "\"properties\": " PROPERTIES_SAMPLE "}}",
};

/* {} changes nothing: the client sends it with every new name. */
static const struct field changed_fields[] = { PROPERTIES(0), { 0 } };
static const struct shape changed_shape = { .fields = changed_fields, .closed = true };

static const struct field update_fields[] = {
	{ .name = "name", .kinds = STRING, .length_max = 255 },
	{ .name = "type", .kinds = STRING },   /* what a trigger is stays: nobody reads it */
	{ .name = "properties", .kinds = OBJECT, .shape = &changed_shape },
	{ 0 }
};
static const struct shape update_shape = { .fields = update_fields, .closed = true };
static const struct field update_body_fields[] = {
	{ .name = "trigger_info", .kinds = OBJECT, .flags = REQUIRED, .shape = &update_shape },
	{ 0 }
};
static const struct shape update_body = {
	.fields = update_body_fields, .closed = true,
	.sample = "{\"trigger_info\": {\"name\": \"each night\", \"properties\": "
		  PROPERTIES_SAMPLE "}}",
};

/* ---- properties ----------------------------------------------------------------------------- */

/* What was sent, with the window as text: so it was always told (spec 8, row 4). */
static struct json_object *properties_make(struct req *rq, struct json_object *given)
{
	struct json_object *properties = json_own(rq->arena, json_object_new_object());

	json_object_object_foreach(given, name, value) {
		json_object_object_add(properties, name,
				       json_object_is_type(value, json_type_int) ?
				       json_object_new_string(json_object_get_string(value)) :
				       json_object_get(value));
	}
	return properties;
}

/* A trigger begins now unless it says when. */
static void start_fill(struct req *rq, struct json_object *properties, int64_t now)
{
	char time[RECURRENCE_TIME_SIZE];

	if (json_has(properties, "start_time"))
		return;
	recurrence_time_print(now, time);
	json_object_object_add(properties, "start_time", json_object_new_string(
		arena_printf(rq->arena, "%.10s %.8s", time, time + 11)));
}

/* When the properties make it fire next, in seconds since 1970; *next is NULL when they never will
 * again. False with a problem set when they are not those of a trigger. */
static bool next_find(struct req *rq, struct json_object *properties, int64_t now,
		      const char **next)
{
	const struct recurrence_properties said = {
		.format = json_get_string(properties, "format"),
		.pattern = json_get_string(properties, "pattern"),
		.start_time = json_get_string(properties, "start_time"),
		.end_time = json_get_string(properties, "end_time"),
		.window = json_get_string(properties, "window"),
	};
	struct recurrence_trigger trigger;
	const char *reason;
	int64_t when;

	if (!recurrence_trigger_read(rq->arena, &said, &limits, now, &trigger, &reason))
		return problem(rq, 400, "$.trigger_info.properties.%s", reason);
	*next = recurrence_trigger_next(&trigger, now, &when) ?
		arena_printf(rq->arena, "%" PRId64, when) : NULL;
	return true;
}

static bool next_note(struct req *rq, const char *project, const char *id, const char *next)
{
	return STORE_ASK(rq, &sql_trigger_schedule, project, id, next) != NULL;
}

/* ---- what it does --------------------------------------------------------------------------- */

static const char *const sort_keys[] = { "name", NULL };
static const struct filter filters[] = {
	{ .parameter = "type" },
	{ .parameter = "name", .is_piece = true },
	{ .parameter = "properties", .is_piece = true },
	{ 0 }
};
static const struct list trigger_pages = { .kind = KIND_TRIGGERS, .items = "triggers",
					   .sort_keys = sort_keys, .filters = filters,
					   .reads_all_tenants = true };

static bool trigger_list(struct req *rq)
{
	return karbor_list(rq, &trigger_pages, NULL);
}

static bool trigger_show(struct req *rq)
{
	return karbor_show(rq, KIND_TRIGGERS, "trigger_id", "trigger_info");
}

static struct json_object *trigger_make(struct req *rq, struct json_object *given, const char *id,
					struct json_object *properties)
{
	struct json_object *trigger = json_own(rq->arena, json_object_new_object());

	json_object_object_add(trigger, "id", json_object_new_string(id));
	json_share(trigger, given, "name");
	json_share(trigger, given, "type");
	json_object_object_add(trigger, "properties", json_object_get(properties));
	return trigger;
}

static bool trigger_create(struct req *rq)
{
	struct json_object *given = json_get(rq->body, "trigger_info");
	struct json_object *properties = properties_make(rq, json_get(given, "properties"));
	int64_t now = clock_now();
	char id[UUID_DASHED_SIZE];
	const char *next;

	start_fill(rq, properties, now);
	if (!next_find(rq, properties, now, &next))
		return false;
	uuid_dashed(id);
	struct json_object *trigger = trigger_make(rq, given, id, properties);
	if (!karbor_insert(rq, KIND_TRIGGERS, id, trigger) ||
	    !next_note(rq, req_project(rq), id, next))
		return false;
	const char *text = json_text(rq->arena, trigger);
	return karbor_reply(rq, "trigger_info", text, strlen(text));
}

/* All of them are new, but a trigger keeps its format unless it is given another. What stays as it
 * was leaves a firing alone that is due at this moment. */
static bool properties_change(struct req *rq, struct document *trigger, struct json_object *given)
{
	struct json_object *before = json_get(trigger->json, "properties");
	struct json_object *properties = properties_make(rq, given);
	const char *next;

	if (!json_has(properties, "format"))
		json_share(properties, before, "format");
	if (!next_find(rq, properties, clock_now(), &next))
		return false;
	if (json_same(properties, before))
		return true;
	json_object_object_add(trigger->json, "properties", json_object_get(properties));
	return next_note(rq, trigger->project_id, trigger->id, next);
}

static bool trigger_update(struct req *rq)
{
	struct json_object *given = json_get(rq->body, "trigger_info");
	struct json_object *properties = json_get(given, "properties");
	const char *name = json_get_string(given, "name");
	const char *id = karbor_id(rq, "trigger_id");
	struct document trigger;

	if (id == NULL || !karbor_lock(rq, KIND_TRIGGERS, id, &trigger))
		return false;
	if (properties != NULL && json_object_object_length(properties) > 0 &&
	    !properties_change(rq, &trigger, properties))
		return false;
	if (name != NULL && name[0] != '\0')
		json_share(trigger.json, given, "name");
	return karbor_save(rq, KIND_TRIGGERS, &trigger) &&
	       karbor_reply(rq, "trigger_info", trigger.text, trigger.len);
}

static bool is_unused(struct req *rq, const struct document *trigger)
{
	struct rows *rows = STORE_ASK(rq, &sql_trigger_operation, trigger->project_id, trigger->id);

	if (rows == NULL)
		return false;
	if (rows_count(rows) > 0)
		return problem(rq, 424, "scheduled operation %s needs trigger %s: delete it first",
			       rows_text(rows, 0, "id"), trigger->id);
	return true;
}

static bool trigger_delete(struct req *rq)
{
	const char *id = karbor_id(rq, "trigger_id");
	struct document trigger;
	bool found;

	return id != NULL && karbor_lock(rq, KIND_TRIGGERS, id, &trigger) &&
	       is_unused(rq, &trigger) &&
	       doc_delete(rq, KIND_TRIGGERS, (struct scope){ .project = trigger.project_id }, id,
			  &found) && karbor_reply_nothing(rq);
}

/* ---- how it is reached ---------------------------------------------------------------------- */

static const struct route trigger_routes[] = {
	{ METHOD_GET, "/triggers", "trigger:list", trigger_list, NULL, 0, 200 },
	{ METHOD_POST, "/triggers", "trigger:create", trigger_create, &create_body, 0, 200 },
	{ METHOD_GET, "/triggers/{trigger_id}", "trigger:get", trigger_show, NULL, 0, 200 },
	{ METHOD_PUT, "/triggers/{trigger_id}", "trigger:update", trigger_update, &update_body, 0,
	  200 },
	{ METHOD_DELETE, "/triggers/{trigger_id}", "trigger:delete", trigger_delete, NULL, 0, 200 },
	{ 0 }
};

static const struct field shown_properties_fields[] = {
	{ .name = "format", .kinds = STRING, .flags = REQUIRED },
	{ .name = "pattern", .kinds = STRING, .flags = REQUIRED },
	{ .name = "start_time", .kinds = STRING, .flags = REQUIRED },
	{ .name = "end_time", .kinds = STRING },
	{ .name = "window", .kinds = STRING },
	{ 0 }
};
static const struct shape shown_properties_shape = { .fields = shown_properties_fields };

static const struct field shown_fields[] = {
	{ .name = "id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "name", .kinds = STRING, .flags = REQUIRED },
	{ .name = "type", .kinds = STRING, .flags = REQUIRED, .words = types },
	{ .name = "properties", .kinds = OBJECT, .flags = REQUIRED,
	  .shape = &shown_properties_shape },
	{ 0 }
};
static const struct shape shown_shape = { .fields = shown_fields, .wrapper = "trigger_info" };

const struct resource karbor_trigger = { "triggers", trigger_routes, "id", &shown_shape };
