/* Freezer sessions: groups of jobs that start together and share the tag of their run. */
#include "config.h"

#include "freezer/freezer.h"
#include "freezer/session.h"

#include <string.h>

#include <json-c/json.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "store/queries.h"
#include "store/store.h"

#define HOLD_OFF_DEFAULT 30

/* ---- what it accepts ------------------------------------------------------------------------ */

/* Whole documents come back from clients, so what the server owns is accepted and ignored. */
#define SESSION_FIELDS(schedule_flags, tag_flags) \
	{ .name = "schedule", .kinds = OBJECT, .flags = (schedule_flags), \
	  .shape = &schedule_shape }, \
	{ .name = "session_tag", .kinds = INTEGER, .flags = (tag_flags) }, \
	{ .name = "hold_off", .kinds = INTEGER }, \
	{ .name = "description", .kinds = STRING | NULLABLE }, \
	{ .name = "session_id", .kinds = STRING }, \
	{ .name = "session_name", .kinds = STRING }, \
	{ .name = "status", .kinds = STRING }, \
	{ .name = "result", .kinds = STRING | NULLABLE }, \
	{ .name = "time_start", .kinds = INTEGER }, \
	{ .name = "time_end", .kinds = INTEGER }, \
	{ .name = "time_started", .kinds = INTEGER }, \
	{ .name = "time_ended", .kinds = INTEGER }, \
	{ .name = "jobs", .kinds = OBJECT | ARRAY }, \
	{ .name = "user_id", .kinds = STRING }, \
	{ .name = "project_id", .kinds = STRING }, \
	{ .name = "_version", .kinds = INTEGER }, \
	{ 0 }

static const struct field create_fields[] = { SESSION_FIELDS(REQUIRED, 0) };
static const struct field replace_fields[] = { SESSION_FIELDS(REQUIRED, REQUIRED) };
static const struct field patch_fields[] = { SESSION_FIELDS(0, 0) };

static const struct shape create_shape = {
	.fields = create_fields,
	.sample = "{\"description\": \"all nodes, nightly\", \"hold_off\": 60, "
		  "\"schedule\": {\"schedule_interval\": \"1 days\"}}"
};
static const struct shape replace_shape = {
	.fields = replace_fields,
	.sample = "{\"description\": \"all nodes, hourly\", \"session_tag\": 0, "
		  "\"schedule\": {\"schedule_interval\": \"1 hours\"}}"
};
static const struct shape patch_shape = {
	.fields = patch_fields,
	.sample = "{\"session_id\": \"nightly\", \"description\": \"all nodes\"}"
};

/* The first key of the body says what to do; session_action.c looks further. */
static const struct field no_fields[] = { { 0 } };
static const struct shape action_shape = {
	.fields = no_fields,
	.sample = "{\"start\": {\"job_id\": \"etc-nightly\", \"current_tag\": 0}}"
};

/* ---- the document --------------------------------------------------------------------------- */

void session_set_string(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

void session_set_int(struct json_object *object, const char *key, int64_t value)
{
	json_object_object_add(object, key, json_object_new_int64(value));
}

static void default_int(struct json_object *doc, const char *key, int64_t value)
{
	if (!json_has(doc, key))
		session_set_int(doc, key, value);
}

/* Make a posted session whole: the server's own keys set, the others at least present. */
static void session_complete(struct req *rq, struct json_object *doc, const char *id)
{
	session_set_string(doc, "session_id", id);
	session_set_string(doc, "user_id", rq->caller.user_id);
	session_set_string(doc, "project_id", req_project(rq));
	session_set_string(doc, "status", "active");
	session_set_string(doc, "last_start", "");
	json_object_object_add(doc, "jobs", json_object_new_object());
	json_object_object_del(doc, "_version");
	default_int(doc, "session_tag", 0);
	default_int(doc, "hold_off", HOLD_OFF_DEFAULT);
	default_int(doc, "time_start", -1);
	default_int(doc, "time_end", -1);
	default_int(doc, "time_started", -1);
	default_int(doc, "time_ended", -1);
	if (!json_has(doc, "description"))
		session_set_string(doc, "description", "");
	if (!json_has(doc, "result"))
		json_object_object_add(doc, "result", NULL);
}

static void member_keep(struct json_object *to, struct json_object *from, const char *key)
{
	json_object_object_add(to, key, json_object_get(json_get(from, key)));
}

struct json_object *session_object(struct json_object *parent, const char *key)
{
	struct json_object *object = json_get(parent, key);

	if (object == NULL) {
		object = json_object_new_object();
		json_object_object_add(parent, key, object);
	}
	return object;
}

bool session_lock(struct req *rq, const char *session_id, struct document *session)
{
	bool found;

	if (!doc_lock(rq, KIND_SESSIONS, req_scope(rq), session_id, session, &found))
		return false;
	return found || doc_missing(rq, KIND_SESSIONS, session_id);
}

static bool session_reply(struct req *rq, int status, const char *id, int64_t version)
{
	struct json_object *reply = json_own(rq->arena, json_object_new_object());

	session_set_string(reply, "session_id", id);
	session_set_int(reply, "version", version);
	return reply_value(rq, status, reply);
}

/* ---- what it does --------------------------------------------------------------------------- */

static bool session_list(struct req *rq)
{
	return list_reply(rq, KIND_SESSIONS, req_scope(rq));
}

static bool session_show(struct req *rq)
{
	return doc_show(rq, KIND_SESSIONS, req_word(rq, "session_id"));
}

static bool session_create(struct req *rq)
{
	char id[UUID_HEX_SIZE];

	uuid_hex(id);
	session_complete(rq, rq->body, id);
	if (!doc_insert(rq, KIND_SESSIONS, req_project(rq), id, rq->caller.user_id,
			json_text(rq->arena, rq->body)))
		return false;
	return reply_json(rq, 201, arena_printf(rq->arena, "{\"session_id\": \"%s\"}", id));
}

/* Members come and go by the membership routes, and a session never changes hands. */
static bool patch_skips(const char *key)
{
	static const char *const skipped[] = { "session_id", "user_id", "project_id", "_version",
					       "jobs" };

	for (size_t n = 0; n < sizeof(skipped) / sizeof(skipped[0]); n++) {
		if (strcmp(key, skipped[n]) == 0)
			return true;
	}
	return false;
}

static void session_merge(struct json_object *session, struct json_object *patch)
{
	json_object_object_foreach(patch, key, value) {
		if (patch_skips(key))
			continue;
		if (strcmp(key, "schedule") == 0)
			schedule_merge(session_object(session, key), value);
		else
			json_object_object_add(session, key, json_object_get(value));
	}
}

static bool session_patch(struct req *rq)
{
	const char *id = req_word(rq, "session_id");
	struct document session;

	if (id == NULL)   /* PATCH /sessions, as the reference documents it */
		id = req_parameter(rq, "session_id");
	if (id == NULL || *id == '\0')
		id = json_get_string(rq->body, "session_id");
	if (id == NULL || *id == '\0')
		return problem(rq, 400, "'session_id' is missing in the query and the body");
	if (!session_lock(rq, id, &session))
		return false;
	session_merge(session.json, rq->body);
	if (!document_save(rq, KIND_SESSIONS, &session))
		return false;
	return session_reply(rq, 200, id, session.version);
}

/* What the user says is replaced; who made it, who is in it and how its last run went stay. */
static bool session_overwrite(struct req *rq, struct document *session)
{
	static const char *const bookkeeping[] = { "time_start", "time_end", "time_started",
						   "time_ended", "result" };
	struct json_object *before = session->json;
	struct json_object *after = rq->body;

	for (size_t n = 0; n < sizeof(bookkeeping) / sizeof(bookkeeping[0]); n++) {
		if (!json_has(after, bookkeeping[n]))
			member_keep(after, before, bookkeeping[n]);
	}
	session_complete(rq, after, session->id);
	member_keep(after, before, "user_id");
	member_keep(after, before, "status");
	member_keep(after, before, "last_start");
	member_keep(after, before, "jobs");
	session->json = after;
	return document_save(rq, KIND_SESSIONS, session);
}

/* What was posted, made whole; the body stays as it came, for a session that is there already. */
static const char *session_new(struct req *rq, const char *id)
{
	struct json_object *session = json_own(rq->arena, json_object_new_object());

	json_object_object_foreach(rq->body, key, value)
		json_object_object_add(session, key, json_object_get(value));
	session_complete(rq, session, id);
	return json_text(rq->arena, session);
}

static bool session_replace(struct req *rq)
{
	const char *id = put_id(rq, "session_id");
	struct document session;
	bool found;

	if (id == NULL || !document_insert_or_lock(rq, KIND_SESSIONS, id, session_new(rq, id),
						   &session, &found))
		return false;
	if (!found)
		return session_reply(rq, 201, id, 1);
	return session_overwrite(rq, &session) && session_reply(rq, 201, id, session.version);
}

/* Its members belong to no session then; their schedules go on. */
static bool session_delete(struct req *rq)
{
	const char *id = req_word(rq, "session_id");
	struct document session;
	bool found;

	if (!doc_lock(rq, KIND_SESSIONS, req_scope(rq), id, &session, &found))
		return false;
	if (!found)
		return doc_reply_deleted(rq, KIND_SESSIONS, id, false);
	if (STORE_ASK(rq, &sql_session_release_jobs, req_project(rq), id,
		      json_text(rq->arena, session_object(session.json, "jobs"))) == NULL ||
	    !doc_delete(rq, KIND_SESSIONS, req_scope(rq), id, &found))
		return false;
	return reply_empty(rq, 204);
}

/* ---- how it is reached ---------------------------------------------------------------------- */

static const struct route session_routes[] = {
	{ METHOD_GET, "/sessions", "sessions:get_all", session_list, NULL, SEARCHES, 200 },
	{ METHOD_POST, "/sessions", "sessions:create", session_create, &create_shape,
	  SINGLE_STATEMENT, 201 },
	{ METHOD_PATCH, "/sessions", "sessions:update", session_patch, &patch_shape,
	  BODY_OPTIONAL | ONLY_V2, 200 },
	{ METHOD_GET, "/sessions/{session_id}", "sessions:get", session_show, NULL, 0, 200 },
	{ METHOD_PATCH, "/sessions/{session_id}", "sessions:update", session_patch, &patch_shape,
	  BODY_OPTIONAL, 200 },
	{ METHOD_POST, "/sessions/{session_id}", "sessions:replace", session_replace,
	  &replace_shape, 0, 201 },
	{ METHOD_PUT, "/sessions/{session_id}", "sessions:replace", session_replace,
	  &replace_shape, ONLY_V2, 201 },
	{ METHOD_DELETE, "/sessions/{session_id}", "sessions:delete", session_delete, NULL, 0,
	  204 },
	{ METHOD_PUT, "/sessions/{session_id}/jobs/{job_id}", "sessions:job:add",
	  session_add_job, NULL, 0, 204 },
	{ METHOD_DELETE, "/sessions/{session_id}/jobs/{job_id}", "sessions:job:remove",
	  session_remove_job, NULL, 0, 204 },
	{ METHOD_POST, "/sessions/{session_id}/action", "sessions:action:create", session_act,
	  &action_shape, 0, 202 },
	{ METHOD_POST, "/sessions/{session_id}/actions", "sessions:action:create", session_act,
	  &action_shape, ONLY_V2, 202 },
	{ 0 }
};

static const struct field shown_fields[] = {
	{ .name = "session_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "user_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "project_id", .kinds = STRING },
	{ .name = "description", .kinds = STRING | NULLABLE, .flags = REQUIRED },
	{ .name = "schedule", .kinds = OBJECT, .flags = REQUIRED, .shape = &schedule_shape },
	{ .name = "session_tag", .kinds = INTEGER, .flags = REQUIRED },
	{ .name = "hold_off", .kinds = INTEGER, .flags = REQUIRED },
	{ .name = "status", .kinds = STRING, .flags = REQUIRED },
	{ .name = "result", .kinds = STRING | NULLABLE, .flags = REQUIRED },
	{ .name = "jobs", .kinds = OBJECT, .flags = REQUIRED },
	{ .name = "time_start", .kinds = INTEGER, .flags = REQUIRED },
	{ .name = "time_end", .kinds = INTEGER, .flags = REQUIRED },
	{ .name = "time_started", .kinds = INTEGER, .flags = REQUIRED },
	{ .name = "time_ended", .kinds = INTEGER, .flags = REQUIRED },
	{ .name = "last_start", .kinds = STRING, .flags = REQUIRED },
	{ .name = "_version", .kinds = INTEGER },
	{ 0 }
};
static const struct shape shown_shape = { .fields = shown_fields };

const struct resource freezer_session = { "sessions", session_routes, "session_id", &shown_shape };
