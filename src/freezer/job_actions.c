/* From the job_actions that a caller writes to those that a job stores: copies of known actions. */
#include "config.h"

#include "freezer/freezer.h"
#include "freezer/job_int.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "store/queries.h"
#include "store/store.h"

#define TRIES_MAX 3            /* that many times another request may take an id from under us */
#define JOB_ACTIONS_MAX 256    /* entries of one job, which holds a copy of each action */

/* ---- action_defaults ------------------------------------------------------------------------ */

/* An entry that only refers to an action takes no defaults: it would not be that action then. */
static struct json_object *entry_parameters(struct json_object *entry)
{
	struct json_object *parameters = json_get(entry, "freezer_action");

	if (parameters == NULL && !json_has(entry, "action_id")) {
		parameters = json_object_new_object();
		json_object_object_add(entry, "freezer_action", parameters);
	}
	return parameters;
}

static void entry_fold_defaults(struct json_object *entry, struct json_object *defaults)
{
	struct json_object *parameters = entry_parameters(entry);

	if (parameters == NULL)
		return;
	json_object_object_foreach(defaults, key, value) {
		if (json_get(parameters, key) == NULL)
			json_object_object_add(parameters, key, json_object_get(value));
	}
}

void job_actions_fold_defaults(struct json_object *body)
{
	struct json_object *defaults = json_get(body, "action_defaults");
	struct json_object *entries = json_get(body, "job_actions");
	size_t count = entries == NULL ? 0 : json_object_array_length(entries);

	for (size_t i = 0; defaults != NULL && i < count; i++)
		entry_fold_defaults(json_object_array_get_idx(entries, i), defaults);
	json_object_object_del(body, "action_defaults");
}

/* ---- settling ------------------------------------------------------------------------------- */

struct settling {
	struct req *rq;
	const char *job_id;           /* whose entries these are to be; NULL for a new job */
	struct json_object *posted;
	struct json_object *known;    /* actions by their id, the new ones too */
	struct json_object *earlier;  /* has "N KEY" if entry N's KEY is what it once was */
	struct json_object *fresh;    /* new actions, to be inserted */
	struct json_object *entries;  /* what the job will store */
};

static const char *entry_action_id(struct json_object *entry)
{
	const char *id = json_get_string(entry, "action_id");
	return id == NULL || id[0] == '\0' ? NULL : id;
}

static bool is_of_action(const char *key)
{
	return strcmp(key, "action_id") == 0 || strcmp(key, "freezer_action") == 0 ||
	       strcmp(key, "user_id") == 0 || strcmp(key, "project_id") == 0;
}

/* The ids that the entries name, as a JSON list; NULL when they name none. */
static const char *ids_named(const struct settling *settling)
{
	struct json_object *ids = json_own(settling->rq->arena, json_object_new_array());

	for (size_t i = 0; i < json_object_array_length(settling->posted); i++) {
		const char *id = entry_action_id(json_object_array_get_idx(settling->posted, i));
		if (id != NULL)
			json_object_array_add(ids, json_object_new_string(id));
	}
	return json_object_array_length(ids) == 0 ? NULL : json_text(settling->rq->arena, ids);
}

static bool known_share(struct settling *settling)
{
	struct req *rq = settling->rq;
	const char *ids = ids_named(settling);
	struct json_error error;
	struct json_object *action;

	if (ids == NULL)
		return true;
	struct rows *rows = STORE_ASK(rq, &sql_action_share, req_project(rq), ids,
				      req_owner(rq));
	if (rows == NULL)
		return false;
	for (int n = 0; n < rows_count(rows); n++) {
		const char *id = rows_text(rows, n, "id");
		if (!json_parse_stored(rq->arena, rows_text(rows, n, "doc"),
				       rows_length(rows, n, "doc"), &action, &error))
			return problem(rq, 500, "action %s can't be read: %s", id, error.reason);
		json_object_object_add(settling->known, id, json_object_get(action));
	}
	return true;
}

/* Does an entry say something else than the action that it names? */
static bool entry_differs(const struct settling *settling, struct json_object *entry)
{
	const char *id = entry_action_id(entry);
	struct json_object *action = id == NULL ? NULL : json_get(settling->known, id);

	if (action == NULL)
		return false;
	json_object_object_foreach(entry, key, value) {
		bool counts = !is_of_action(key) || strcmp(key, "freezer_action") == 0;
		if (counts && !action_same_value(value, json_get(action, key)))
			return true;
	}
	return false;
}

/*
 * Actions are asked what they once were only when an entry does not say what they are now. Nobody
 * has read a new job before, so what is said of one is a wish.
 */
static bool earlier_ask(struct settling *settling)
{
	struct req *rq = settling->rq;
	bool differs = false;

	if (settling->job_id == NULL)
		return true;
	for (size_t i = 0; i < json_object_array_length(settling->posted) && !differs; i++)
		differs = entry_differs(settling, json_object_array_get_idx(settling->posted, i));
	if (!differs)
		return true;
	struct rows *rows = STORE_ASK(rq, &sql_action_was, req_project(rq),
				      json_text(rq->arena, settling->posted), settling->job_id);
	if (rows == NULL)
		return false;
	for (int n = 0; n < rows_count(rows); n++)
		json_object_object_add(settling->earlier, rows_text(rows, n, "member"), NULL);
	return true;
}

/*
 * A scheduler writes back what it read before the action was changed. What the action once was
 * is therefore no wish of the caller's (freezer-v1-v2 4.3, stale writers).
 */
static bool member_is_stale(const struct settling *settling, size_t entry, const char *key)
{
	return json_has(settling->earlier,
			arena_printf(settling->rq->arena, "%zu %s", entry, key));
}

/* The action, with the entry's own rules and extras over it. */
static struct json_object *entry_of_known(const struct settling *settling, size_t n,
					  struct json_object *action)
{
	struct json_object *posted = json_object_array_get_idx(settling->posted, n);
	struct json_object *entry = json_object_new_object();

	json_object_object_foreach(action, name, inherited)
		json_object_object_add(entry, name, json_object_get(inherited));
	json_object_object_foreach(posted, key, value) {
		if (!is_of_action(key) && !member_is_stale(settling, n, key))
			json_object_object_add(entry, key, json_object_get(value));
	}
	return entry;
}

static bool entry_add_new(struct settling *settling, struct json_object *posted, const char *id,
			  const char *path)
{
	char generated[UUID_HEX_SIZE];

	uuid_hex(generated);
	id = arena_strdup(settling->rq->arena, id == NULL ? generated : id);
	/* kept with the entry: should another try be needed, this action is known by then */
	json_object_object_add(posted, "action_id", json_object_new_string(id));
	struct json_object *action = action_document(settling->rq, posted, id);
	if (!action_is_sound(settling->rq, action, path))
		return false;
	json_object_object_add(settling->known, id, json_object_get(action));
	json_object_array_add(settling->fresh, json_object_get(action));
	json_object_array_add(settling->entries, json_object_get(action));
	return true;
}

/* Refer to a known action or make a new one; a known id with another content gets a new id. */
static bool entry_settle(struct settling *settling, size_t n)
{
	struct json_object *posted = json_object_array_get_idx(settling->posted, n);
	struct json_object *parameters = json_get(posted, "freezer_action");
	const char *id = entry_action_id(posted);
	struct json_object *action = id == NULL ? NULL : json_get(settling->known, id);
	const char *path = arena_printf(settling->rq->arena, "$.job_actions[%zu]", n);

	if (parameters == NULL && id == NULL)
		return problem(settling->rq, 400, "%s: 'freezer_action' is a required property",
			       path);
	if (parameters == NULL && action == NULL)
		return problem(settling->rq, 422, "no action with id %s", id);
	if (action == NULL)
		return entry_add_new(settling, posted, id, path);
	if (parameters != NULL && !member_is_stale(settling, n, "freezer_action") &&
	    !action_same_value(parameters, json_get(action, "freezer_action")))
		return entry_add_new(settling, posted, NULL, path);
	json_object_array_add(settling->entries, entry_of_known(settling, n, action));
	return true;
}

/* Insert the new actions; *all tells whether none of their ids was taken meanwhile. */
static bool fresh_insert(const struct settling *settling, bool *all)
{
	struct req *rq = settling->rq;
	size_t count = json_object_array_length(settling->fresh);

	*all = count == 0;
	if (count == 0)
		return true;
	struct rows *rows = STORE_ASK(rq, &sql_action_add, req_project(rq), rq->caller.user_id,
				      json_text(rq->arena, settling->fresh));
	if (rows == NULL)
		return false;
	*all = (size_t)rows_count(rows) == count;
	return true;
}

static bool settle_once(struct settling *settling, bool *all)
{
	struct arena *arena = settling->rq->arena;

	settling->earlier = json_own(arena, json_object_new_object());
	settling->known = json_own(arena, json_object_new_object());
	settling->fresh = json_own(arena, json_object_new_array());
	settling->entries = json_own(arena, json_object_new_array());
	if (!known_share(settling) || !earlier_ask(settling))
		return false;
	for (size_t n = 0; n < json_object_array_length(settling->posted); n++) {
		if (!entry_settle(settling, n))
			return false;
	}
	return fresh_insert(settling, all);
}

bool job_actions_settle(struct req *rq, const char *job_id, struct json_object *posted,
			struct json_object **entries)
{
	struct settling settling = { .rq = rq, .job_id = job_id, .posted = posted };
	bool all = false;

	if (json_object_array_length(posted) > JOB_ACTIONS_MAX)
		return problem(rq, 400, "$.job_actions: more than %d", JOB_ACTIONS_MAX);
	for (size_t i = 0; i < json_object_array_length(posted); i++)
		action_tidy(json_object_array_get_idx(posted, i));
	for (int tries = 0; tries < TRIES_MAX && !all; tries++) {
		if (!settle_once(&settling, &all))
			return false;
	}
	*entries = settling.entries;
	return all || problem(rq, 409, "an action_id of job_actions was taken at this moment");
}
