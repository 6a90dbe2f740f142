/* Freezer actions: one command for the agent each, shared by the jobs that refer to it. */
#include "config.h"

#include "freezer/freezer.h"
#include "freezer/job_int.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "policy/policy.h"
#include "schema/schema.h"
#include "store/queries.h"
#include "store/store.h"

#define MAX_RETRIES_DEFAULT 5
#define MAX_RETRIES_INTERVAL_DEFAULT 6   /* seconds */
#define ACTION_LENGTH_MAX 65536          /* bytes of its JSON */
#define ACTION_DEPTH_MAX (JSON_DEPTH_MAX - 2)   /* a job and its job_actions stand around it */

/* ---- what it accepts ------------------------------------------------------------------------ */

static const char *const actions[] = { "backup", "restore", "info", "admin", "exec", NULL };
static const char *const modes[] = { "fs", "mongo", "mysql", "sqlserver", "cinder", "glance",
				     "cindernative", "nova", NULL };

static const struct field parameters_fields[] = {
	{ .name = "action", .kinds = STRING | NULLABLE, .words = actions },
	{ .name = "mode", .kinds = STRING | NULLABLE, .words = modes },
	{ .name = "backup_name", .kinds = STRING | NULLABLE, .length_max = 255 },
	{ .name = "restore_abs_path", .kinds = STRING | NULLABLE, .length_max = 4096 },
	{ .name = "path_to_backup", .kinds = STRING | NULLABLE, .length_max = 4096 },
	{ .name = "container", .kinds = STRING | NULLABLE, .length_max = 4096 },
	{ .name = "cindernative_freezer_only", .kinds = BOOLEAN | NULLABLE },
	{ 0 }
};
const struct shape action_parameters_shape = { .fields = parameters_fields };

static const struct field action_fields[] = {
	{ .name = "freezer_action", .kinds = OBJECT, .flags = REQUIRED,
	  .shape = &action_parameters_shape },
	ACTION_RULE_FIELDS,
	{ 0 }
};
static const struct shape action_shape = {
	.fields = action_fields,
	.sample = "{\"freezer_action\": {\"action\": \"backup\", \"mode\": \"fs\", "
		  "\"storage\": \"local\", \"backup_name\": \"etc\", "
		  "\"path_to_backup\": \"/etc\", \"container\": \"/srv/backups\"}, "
		  "\"max_retries\": 3, \"max_retries_interval\": 60}"
};

static const struct field patch_fields[] = {
	{ .name = "freezer_action", .kinds = OBJECT, .shape = &action_parameters_shape },
	ACTION_RULE_FIELDS,
	{ 0 }
};
static const struct shape patch_shape = {
	.fields = patch_fields,
	.sample = "{\"freezer_action\": {\"storage\": \"ssh\"}}"
};

/* ---- the document --------------------------------------------------------------------------- */

void action_tidy(struct json_object *posted)
{
	static const char *const rules[] = { "max_retries", "max_retries_interval", "mandatory" };

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (json_get(posted, rules[i]) == NULL)
			json_object_object_del(posted, rules[i]);
	}
	json_object_object_del(posted, "_version");
}

static void member_default(struct json_object *object, const char *key, int value)
{
	if (!json_has(object, key))
		json_object_object_add(object, key, json_object_new_int(value));
}

struct json_object *action_document(struct req *rq, struct json_object *posted, const char *id)
{
	struct json_object *action = json_own(rq->arena, json_object_new_object());

	json_object_object_foreach(posted, key, value)
		json_object_object_add(action, key, json_object_get(value));
	json_object_object_add(action, "action_id", json_object_new_string(id));
	json_object_object_add(action, "user_id", json_object_new_string(rq->caller.user_id));
	json_object_object_add(action, "project_id", json_object_new_string(req_project(rq)));
	member_default(action, "max_retries", MAX_RETRIES_DEFAULT);
	member_default(action, "max_retries_interval", MAX_RETRIES_INTERVAL_DEFAULT);
	return action;
}

/* How many objects and lists are inside one another? */
static int value_depth(struct json_object *value)
{
	int deepest = 0;

	if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, key, member) {
			(void)key;
			int depth = value_depth(member);
			deepest = depth > deepest ? depth : deepest;
		}
		return deepest + 1;
	}
	if (!json_object_is_type(value, json_type_array))
		return 0;
	for (size_t i = 0; i < json_object_array_length(value); i++) {
		int depth = value_depth(json_object_array_get_idx(value, i));
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + 1;
}

bool action_is_sound(struct req *rq, struct json_object *action, const char *path)
{
	if (!req_is_v1(rq) && json_get(json_get(action, "freezer_action"), "action") == NULL)
		return problem(rq, 400, "%s.freezer_action: 'action' is a required property", path);
	if (strlen(json_text(rq->arena, action)) > ACTION_LENGTH_MAX)
		return problem(rq, 400, "%s: an action is larger than %d bytes", path,
			       ACTION_LENGTH_MAX);
	if (value_depth(action) > ACTION_DEPTH_MAX)
		return problem(rq, 400, "%s: an action has more than %d levels", path,
			       ACTION_DEPTH_MAX);
	return true;
}

static bool members_same(struct json_object *a, struct json_object *b)
{
	json_object_object_foreach(a, key, value) {
		if (value != NULL && !action_same_value(value, json_get(b, key)))
			return false;
	}
	return true;
}

static bool elements_same(struct json_object *a, struct json_object *b)
{
	size_t count = json_object_array_length(a);

	if (json_object_array_length(b) != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!action_same_value(json_object_array_get_idx(a, i),
				       json_object_array_get_idx(b, i)))
			return false;
	}
	return true;
}

bool action_same_value(struct json_object *a, struct json_object *b)
{
	enum json_type type = json_object_get_type(a);

	if (type == json_object_get_type(b) && type == json_type_object)
		return members_same(a, b) && members_same(b, a);
	if (type == json_object_get_type(b) && type == json_type_array)
		return elements_same(a, b);
	return json_same(a, b);
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool action_list(struct req *rq)
{
	return list_reply(rq, KIND_ACTIONS, req_scope(rq));
}

static bool action_show(struct req *rq)
{
	return doc_show(rq, KIND_ACTIONS, req_word(rq, "action_id"));
}

/* ---- writing -------------------------------------------------------------------------------- */

static bool reply_with_version(struct req *rq, int status, const char *id, int64_t version)
{
	struct json_object *reply = json_own(rq->arena, json_object_new_object());

	json_object_object_add(reply, "action_id", json_object_new_string(id));
	json_object_object_add(reply, "version", json_object_new_int64(version));
	return reply_value(rq, status, reply);
}

static bool action_create(struct req *rq)
{
	const char *id = json_get_string(rq->body, "action_id");
	char generated[UUID_HEX_SIZE];

	action_tidy(rq->body);
	uuid_hex(generated);
	if (id == NULL || id[0] == '\0')
		id = generated;
	struct json_object *action = action_document(rq, rq->body, id);
	if (!action_is_sound(rq, action, "$"))
		return false;
	if (!doc_insert(rq, KIND_ACTIONS, req_project(rq), id, rq->caller.user_id,
			json_text(rq->arena, action)))
		return false;
	return reply_json(rq, 201, arena_printf(rq->arena, "{\"action_id\": \"%s\"}", id));
}

/* Write a locked action back; the jobs that use it follow in the same transaction. */
static bool action_save(struct req *rq, struct document *action)
{
	const char *was = action->text;
	const char *becomes = json_text(rq->arena, action->json);
	int64_t version = action->version;

	if (!document_save(rq, KIND_ACTIONS, action))
		return false;
	if (action->version == version)
		return true;
	return STORE_ASK(rq, &sql_action_remember, action->project_id, action->id, was,
			 becomes) != NULL &&
	       STORE_ASK(rq, &sql_action_follow, action->project_id, action->id, was,
			 becomes) != NULL;
}

/* Objects are merged member by member; all else, lists and nulls too, is replaced. */
static void value_merge(struct json_object *into, struct json_object *patch)
{
	json_object_object_foreach(patch, key, value) {
		struct json_object *present = json_get(into, key);

		if (json_object_is_type(value, json_type_object) &&
		    json_object_is_type(present, json_type_object))
			value_merge(present, value);
		else
			json_object_object_add(into, key, json_object_get(value));
	}
}

static bool action_patch(struct req *rq)
{
	static const char *const fixed[] = { "action_id", "user_id", "project_id" };
	const char *id = req_word(rq, "action_id");
	struct document action;
	bool found;

	if (!doc_lock(rq, KIND_ACTIONS, req_scope(rq), id, &action, &found))
		return false;
	if (!found)
		return doc_missing(rq, KIND_ACTIONS, id);
	action_tidy(rq->body);
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		json_object_object_del(rq->body, fixed[i]);
	value_merge(action.json, rq->body);
	if (!action_is_sound(rq, action.json, "$") || !action_save(rq, &action))
		return false;
	return reply_with_version(rq, 200, id, action.version);
}

/* Create or replace; the one who created it stays its user. */
static bool action_put(struct req *rq)
{
	const char *id = put_id(rq, "action_id");
	struct document action;
	bool found;

	if (id == NULL)
		return false;
	action_tidy(rq->body);
	struct json_object *posted = action_document(rq, rq->body, id);
	if (!action_is_sound(rq, posted, "$"))
		return false;
	if (!document_insert_or_lock(rq, KIND_ACTIONS, id, json_text(rq->arena, posted), &action,
				     &found))
		return false;
	if (!found)
		return reply_with_version(rq, 201, id, 1);
	action.json = posted;
	json_object_object_add(posted, "user_id", json_object_new_string(action.user_id));
	return action_save(rq, &action) && reply_with_version(rq, 201, id, action.version);
}

/* The v2 reference gives this as the path for backups too: one of that id goes when there is no
 * such action and the caller may (freezer-v1-v2 4.4). */
static bool backup_delete_instead(struct req *rq, const char *id)
{
	const struct target target = { .project_id = req_project(rq),
				       .user_id = rq->caller.user_id };
	bool found;

	return req_is_v1(rq) || !policy_check("backups:delete", &rq->caller, &target) ||
	       doc_delete(rq, KIND_BACKUPS, req_scope(rq), id, &found);
}

static bool action_delete(struct req *rq)
{
	const char *id = req_word(rq, "action_id");
	bool found;

	if (!doc_delete(rq, KIND_ACTIONS, req_scope(rq), id, &found))
		return false;
	if (!found && !backup_delete_instead(rq, id))
		return false;
	if (found && STORE_ASK(rq, &sql_action_leave, req_project(rq), id) == NULL)
		return false;
	return doc_reply_deleted(rq, KIND_ACTIONS, id, found);
}

/* ---- how it is reached ---------------------------------------------------------------------- */

static const struct route action_routes[] = {
	{ METHOD_GET, "/actions", "actions:get_all", action_list, NULL, SEARCHES, 200 },
	{ METHOD_POST, "/actions", "actions:create", action_create, &action_shape,
	  SINGLE_STATEMENT, 201 },
	{ METHOD_GET, "/actions/{action_id}", "actions:get", action_show, NULL, 0, 200 },
	{ METHOD_POST, "/actions/{action_id}", "actions:replace", action_put, &action_shape, 0,
	  201 },
	{ METHOD_PUT, "/actions/{action_id}", "actions:replace", action_put, &action_shape,
	  ONLY_V2, 201 },
	{ METHOD_PATCH, "/actions/{action_id}", "actions:update", action_patch, &patch_shape,
	  BODY_OPTIONAL, 200 },
	{ METHOD_DELETE, "/actions/{action_id}", "actions:delete", action_delete, NULL, 0, 204 },
	{ 0 }
};

static const struct field shown_fields[] = {
	{ .name = "freezer_action", .kinds = OBJECT, .flags = REQUIRED,
	  .shape = &action_parameters_shape },
	ACTION_RULE_FIELDS,
	{ .name = "user_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "project_id", .kinds = STRING },
	{ .name = "_version", .kinds = INTEGER },
	{ 0 }
};
static const struct shape shown_shape = { .fields = shown_fields };

const struct resource freezer_action = { "actions", action_routes, "action_id", &shown_shape };
