/* Freezer jobs, written: created, replaced, and changed by those who run them. */
#include "config.h"

#include "freezer/freezer.h"
#include "freezer/job_int.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "store/queries.h"
#include "store/store.h"

/* ---- the document --------------------------------------------------------------------------- */

static void member_take(struct json_object *object, const char *key, struct json_object *value)
{
	json_object_object_add(object, key, json_object_get(value));
}

/* The bare action of v1 is a list of one, unless there is a list. */
static void body_take_bare_action(struct json_object *body)
{
	struct json_object *bare = json_get(body, "job_action");

	if (bare != NULL && !json_has(body, "job_actions")) {
		struct json_object *entry = json_object_new_object();
		struct json_object *entries = json_object_new_array();
		member_take(entry, "freezer_action", bare);
		json_object_array_add(entries, entry);
		json_object_object_add(body, "job_actions", entries);
	}
	json_object_object_del(body, "job_action");
}

/* A body as it would have been written by one who knows what is theirs to say. */
static void body_tidy(struct json_object *body)
{
	static const char *const ours[] = { "job_id", "user_id", "project_id", "_version",
					    "user_credentials" };
	static const char *const texts[] = { "client_id", "description", "session_id",
					     "session_name" };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		json_object_object_del(body, ours[i]);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (json_has(body, texts[i]) && json_get(body, texts[i]) == NULL)
			json_object_object_add(body, texts[i], json_object_new_string(""));
	}
	body_take_bare_action(body);
	job_actions_fold_defaults(body);
}

static void text_set(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

/* A scheduler's poll breaks off at a job without an event (freezer-v1-v2 5.2). */
static struct json_object *schedule_new(struct json_object *posted)
{
	struct json_object *schedule = json_object_new_object();

	text_set(schedule, "event", "");
	text_set(schedule, "status", "");
	text_set(schedule, "result", "");
	if (posted != NULL)
		schedule_merge(schedule, posted);
	return schedule;
}

/* A job as the body describes it; `body` is tidy and its job_actions are settled. */
static struct json_object *job_document(struct req *rq, const char *id,
					struct json_object *entries)
{
	struct json_object *job = json_own(rq->arena, json_object_new_object());

	text_set(job, "client_id", "");
	text_set(job, "description", "");
	text_set(job, "session_id", "");
	json_object_object_add(job, "session_tag", json_object_new_int(0));
	json_object_object_foreach(rq->body, key, value)
		member_take(job, key, value);
	text_set(job, "job_id", id);
	text_set(job, "user_id", rq->caller.user_id);
	text_set(job, "project_id", req_project(rq));
	member_take(job, "job_actions", entries);
	json_object_object_add(job, "job_schedule",
			       schedule_new(json_get(rq->body, "job_schedule")));
	return job;
}

static void job_set_times(struct json_object *job)
{
	struct json_object *schedule = json_get(job, "job_schedule");

	json_object_object_add(schedule, "time_created", json_object_new_int64(clock_now()));
	json_object_object_add(schedule, "time_started", json_object_new_int(-1));
	json_object_object_add(schedule, "time_ended", json_object_new_int(-1));
}

static void members_keep(struct json_object *object, struct json_object *before,
			 struct json_object *posted, const char *const *keys)
{
	for (; *keys != NULL; keys++) {
		if (!json_has(posted, *keys) && json_has(before, *keys))
			member_take(object, *keys, json_get(before, *keys));
	}
}

/* What a replaced job does not lose: who made it, when it ran, and the session that lists it. */
static void job_keep(struct json_object *job, struct json_object *before, struct json_object *body)
{
	static const char *const ties[] = { "session_id", "session_tag", "session_name", NULL };
	static const char *const times[] = { "time_created", "time_started", "time_ended",
					     "current_pid", NULL };

	member_take(job, "user_id", json_get(before, "user_id"));
	members_keep(job, before, body, ties);
	members_keep(json_get(job, "job_schedule"), json_get(before, "job_schedule"),
		     json_get(body, "job_schedule"), times);
}

static bool client_fits(struct req *rq, struct json_object *job)
{
	const char *client = json_get_string(job, "client_id");

	return req_is_v1(rq) || client == NULL || client[0] == '\0' ||
	       client_can_run(rq, req_project(rq), client, json_get(job, "job_actions"));
}

/* ---- writing -------------------------------------------------------------------------------- */

static bool reply_with_version(struct req *rq, int status, const char *id, int64_t version)
{
	struct json_object *reply = json_own(rq->arena, json_object_new_object());

	text_set(reply, "job_id", id);
	json_object_object_add(reply, "version", json_object_new_int64(version));
	return reply_value(rq, status, reply);
}

/*
 * Which session a job is in is for that session to say: a scheduler that writes back what it read
 * before the job left or changed sessions must not tear the two apart, nor is a copy of a member
 * a member. `before` is the session until now.
 */
static bool session_guard(struct req *rq, const char *job_id, const char *before)
{
	const char *after = json_get_string(rq->body, "session_id");

	if (before == NULL || after == NULL || strcmp(before, after) == 0)
		return true;
	struct rows *rows = STORE_ASK(rq, &sql_job_session_stands, req_project(rq), job_id,
				      before, after);
	if (rows == NULL)
		return false;
	if (rows_bool(rows, 0, "stands")) {
		json_object_object_del(rq->body, "session_id");
		json_object_object_del(rq->body, "session_tag");
		json_object_object_del(rq->body, "session_name");
	}
	return true;
}

/* The job of the body, its actions locked or inserted and its client asked. */
static bool job_prepare(struct req *rq, const char *id, bool is_new, struct json_object **job)
{
	struct json_object *entries;

	body_tidy(rq->body);
	/* v1 has a choice of two members, so neither is required by its shape */
	if (!json_has(rq->body, "job_actions"))
		return problem(rq, 400, "$.job_actions is a required property");
	if (!job_actions_settle(rq, is_new ? NULL : id, json_get(rq->body, "job_actions"),
				&entries) ||
	    !session_guard(rq, id, ""))
		return false;
	*job = job_document(rq, id, entries);
	return client_fits(rq, *job);
}

static bool job_insert(struct req *rq)
{
	const char *posted = json_get_string(rq->body, "job_id");
	bool is_named = posted != NULL && posted[0] != '\0';
	char generated[UUID_HEX_SIZE];
	struct json_object *job;

	uuid_hex(generated);
	const char *id = arena_strdup(rq->arena, is_named ? posted : generated);
	if (!job_prepare(rq, id, true, &job))
		return false;
	job_set_times(job);
	if (!doc_insert(rq, KIND_JOBS, req_project(rq), id, rq->caller.user_id,
			json_text(rq->arena, job)) ||
	    !job_trust_take(rq, id))
		return false;
	return reply_json(rq, 201, arena_printf(rq->arena, "{\"job_id\": \"%s\"}", id));
}

bool job_create(struct req *rq)
{
	return job_trust_make(rq, NULL) && store_transaction(rq, job_insert);
}

static bool job_replace(struct req *rq, struct document *doc, struct json_object *entries)
{
	if (!session_guard(rq, doc->id, json_get_string(doc->json, "session_id")))
		return false;
	struct json_object *job = job_document(rq, doc->id, entries);
	job_keep(job, doc->json, rq->body);
	doc->json = job;
	return document_save(rq, KIND_JOBS, doc) && job_trust_change(rq, doc->id);
}

static bool job_insert_or_replace(struct req *rq)
{
	const char *id = put_id(rq, "job_id");
	struct json_object *job;
	struct document doc;
	bool found;

	if (id == NULL || !job_prepare(rq, id, false, &job))
		return false;
	job_set_times(job);
	if (!document_insert_or_lock(rq, KIND_JOBS, id, json_text(rq->arena, job), &doc, &found))
		return false;
	if (!found)
		return job_trust_take(rq, id) && reply_with_version(rq, 201, id, 1);
	return job_replace(rq, &doc, json_get(job, "job_actions")) &&
	       reply_with_version(rq, 201, id, doc.version);
}

bool job_put(struct req *rq)
{
	return job_trust_make(rq, req_word(rq, "job_id")) &&
	       store_transaction(rq, job_insert_or_replace);
}

/* ---- changing ------------------------------------------------------------------------------- */

static void document_from_row(const struct rows *rows, struct document *doc)
{
	*doc = (struct document){
		.id = rows_text(rows, 0, "id"), .project_id = rows_text(rows, 0, "project_id"),
		.user_id = rows_text(rows, 0, "user_id"), .version = rows_int(rows, 0, "version"),
		.text = rows_text(rows, 0, "doc"), .len = rows_length(rows, 0, "doc"),
	};
}

/*
 * Lock the job if its job_actions are those of the patch, which then has nothing to say about
 * them: that is how a scheduler writes a job's state, once a minute and more.
 */
static bool job_lock_same(struct req *rq, const char *id, struct document *doc, bool *found)
{
	struct json_object *entries = json_get(rq->body, "job_actions");
	struct json_error error;

	struct rows *rows = STORE_ASK(rq, &sql_job_lock_same, req_project(rq), id,
				      req_owner(rq), json_text(rq->arena, entries));
	if (rows == NULL)
		return false;
	*found = rows_count(rows) > 0;
	if (!*found)
		return true;
	json_object_object_del(rq->body, "job_actions");
	document_from_row(rows, doc);
	return json_parse_stored(rq->arena, doc->text, doc->len, &doc->json, &error) ||
	       problem(rq, 500, "job %s can't be changed: %s", id, error.reason);
}

/* Lock a job that is to be patched, its actions first if the patch changes them. */
static bool job_lock(struct req *rq, const char *id, struct document *doc)
{
	struct json_object *entries;
	bool found = false;

	if (json_has(rq->body, "job_actions") && !job_lock_same(rq, id, doc, &found))
		return false;
	if (found)
		return true;
	if (json_has(rq->body, "job_actions")) {
		if (!job_actions_settle(rq, id, json_get(rq->body, "job_actions"), &entries))
			return false;
		member_take(rq->body, "job_actions", entries);
	}
	if (!doc_lock(rq, KIND_JOBS, req_scope(rq), id, doc, &found))
		return false;
	return found || doc_missing(rq, KIND_JOBS, id);
}

static bool member_changes(struct json_object *job, struct json_object *patch, const char *key)
{
	return json_has(patch, key) && !json_same(json_get(job, key), json_get(patch, key));
}

static void job_merge(struct json_object *job, struct json_object *patch)
{
	json_object_object_foreach(patch, key, value) {
		if (strcmp(key, "job_schedule") == 0 && json_get(job, key) != NULL)
			schedule_merge(json_get(job, key), value);
		else
			member_take(job, key, value);
	}
}

static bool job_change(struct req *rq)
{
	const char *id = req_word(rq, "job_id");
	struct document doc;

	body_tidy(rq->body);
	if (!job_lock(rq, id, &doc) ||
	    !session_guard(rq, id, json_get_string(doc.json, "session_id")))
		return false;
	bool asks_client = member_changes(doc.json, rq->body, "job_actions") ||
			   member_changes(doc.json, rq->body, "client_id");
	job_merge(doc.json, rq->body);
	if (asks_client && !client_fits(rq, doc.json))
		return false;
	if (!document_save(rq, KIND_JOBS, &doc) ||
	    (asks_client && !job_trust_change(rq, id)))
		return false;
	return reply_with_version(rq, 200, id, doc.version);
}

/* Does a patch, tidy already, concern more than the job itself: actions, its client, a session? */
static bool patch_reaches_out(struct json_object *job, struct json_object *patch)
{
	return member_changes(job, patch, "job_actions") ||
	       member_changes(job, patch, "client_id") ||
	       member_changes(job, patch, "session_id");
}

/*
 * Write what concerns the job alone, as its state all day long: read, then written if nobody else
 * has meanwhile, without a transaction around both. *done is false when it takes job_change().
 */
static bool job_change_alone(struct req *rq, bool *done)
{
	const char *id = req_word(rq, "job_id");
	struct document before, after;

	*done = false;
	struct rows *rows = STORE_ASK(rq, &sql_job_read, req_project(rq), id, req_owner(rq));
	if (rows == NULL)
		return false;
	if (rows_count(rows) == 0)
		return doc_missing(rq, KIND_JOBS, id);
	document_from_row(rows, &before);
	after = before;
	if (!doc_parse(rq, KIND_JOBS, &before) || !doc_parse(rq, KIND_JOBS, &after))
		return false;
	body_tidy(rq->body);
	if (patch_reaches_out(after.json, rq->body))
		return true;
	job_merge(after.json, rq->body);
	*done = json_same(before.json, after.json);
	if (*done)
		return reply_with_version(rq, 200, id, before.version);
	rows = STORE_ASK(rq, &sql_job_write, before.project_id, id,
			 json_text(rq->arena, after.json), rows_text(rows, 0, "written"));
	if (rows == NULL)
		return false;
	*done = rows_count(rows) > 0;
	return !*done || reply_with_version(rq, 200, id, rows_int(rows, 0, "version"));
}

bool job_patch(struct req *rq)
{
	bool done = false;

	if (!job_trust_make(rq, req_word(rq, "job_id")) ||
	    (rq->trust_id == NULL && !job_change_alone(rq, &done)))
		return false;
	return done || store_transaction(rq, job_change);
}
