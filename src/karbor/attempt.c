/* Attempts at what a checkpoint holds: what restores and verifications have in common. */
#include "config.h"

#include "karbor/attempt.h"

#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "karbor/checkpoint_int.h"
#include "karbor/run.h"
#include "schema/schema.h"
#include "store/store.h"

/* ---- words ---------------------------------------------------------------------------------- */

const char *const attempt_statuses[] = { IN_PROGRESS, SUCCESS, FAIL, NULL };
const char *const attempt_sort_keys[] = { "status", NULL };
const struct filter attempt_filters[] = {
	{ .parameter = "status", .meaning = attempt_status },
	{ .parameter = "id", .is_privileged = true },
	{ .parameter = "checkpoint_id", .is_privileged = true },
	{ .parameter = "provider_id", .is_privileged = true },
	{ .parameter = "restore_target", .is_privileged = true },
	{ 0 }
};

const char *attempt_status(const char *word)
{
	if (strcmp(word, "started") == 0)
		return IN_PROGRESS;
	return strcmp(word, "failed") == 0 ? FAIL : word;
}

/* ---- what was asked for --------------------------------------------------------------------- */

static bool provider_take(struct attempt *attempt)
{
	char id[UUID_DASHED_SIZE];

	uuid_canonical(json_get_string(attempt->given, "provider_id"), id);
	attempt->provider = karbor_provider_find(attempt->rq, id, arena_printf(attempt->rq->arena,
					    "$.%s.provider_id", attempt->kind->name));
	return attempt->provider != NULL;
}

/* Providers publish no options of verifications: what fits a restore is named, and has none. */
static bool parameters_check(struct attempt *attempt)
{
	struct json_object *parameters = json_get(attempt->given, "parameters");
	const char *path = arena_printf(attempt->rq->arena, "$.%s.parameters",
					attempt->kind->name);

	if (parameters == NULL)
		return true;
	if (!karbor_parameters(attempt->rq, attempt->provider, PROVIDER_RESTORE_SCHEMA, parameters,
			       path))
		return false;
	json_object_object_foreach(parameters, name, options) {
		if (!attempt->kind->has_options && json_object_object_length(options) > 0)
			return problem(attempt->rq, 400, "%s.%s: a %s has no options", path, name,
				       attempt->kind->name);
	}
	return true;
}

/* ---- the checkpoint ------------------------------------------------------------------------- */

/* Where the body says it is kept is where it must be. */
static bool is_kept_there(struct attempt *attempt)
{
	struct json_object *plan = json_get(attempt->checkpoint.json, "protection_plan");
	const char *provider = json_get_string(plan, "provider_id");

	if (provider != NULL && strcmp(provider, provider_id(attempt->provider)) == 0)
		return true;
	return problem(attempt->rq, 400, "$.%s.provider_id: checkpoint %s is not kept by provider "
		       "%s", attempt->kind->name, attempt->checkpoint.id,
		       provider_id(attempt->provider));
}

static bool is_available(struct attempt *attempt)
{
	const char *status = json_get_string(attempt->checkpoint.json, "status");

	if (strcmp(status, AVAILABLE) == 0)
		return true;
	return problem(attempt->rq, 400, "checkpoint %s is %s, not " AVAILABLE,
		       attempt->checkpoint.id, status);
}

/* Held: nobody deletes it while there is somebody who reads it. */
static bool checkpoint_hold(struct attempt *attempt)
{
	struct req *rq = attempt->rq;
	char id[UUID_DASHED_SIZE];

	uuid_canonical(json_get_string(attempt->given, "checkpoint_id"), id);
	if (!karbor_share(rq, KIND_CHECKPOINTS, id, &attempt->checkpoint))
		return false;
	if (strcmp(attempt->checkpoint.project_id, req_project(rq)) != 0)
		return doc_missing(rq, KIND_CHECKPOINTS, id);
	return is_kept_there(attempt) && is_available(attempt);
}

/* ---- the work ------------------------------------------------------------------------------- */

/* What was saved and is left out would be told as success. */
static bool is_served(struct attempt *attempt, const char *type, const char *id)
{
	const struct provider *provider = attempt->provider;

	if (provider_acts(provider, type, attempt->kind->operation) ||
	    !provider_acts(provider, type, PROVIDER_PROTECT))
		return true;
	return problem(attempt->rq, 400, "provider %s can't %s %s, as %s is",
		       provider_id(provider), attempt->kind->run, type, id);
}

/* The options of a restore replace those of the protection; a verification needs the latter. */
static bool item_settle(struct attempt *attempt, struct json_object *item)
{
	const char *type = json_get_string(item, "type");
	const char *id = json_get_string(item, "id");
	struct json_object *settled;
	const char *why;

	if (!is_served(attempt, type, id))
		return false;
	if (!attempt->kind->has_options)
		return true;
	if (!provider_settle(attempt->rq->arena, attempt->provider, PROVIDER_RESTORE_SCHEMA,
			     json_get(attempt->given, "parameters"), type, id, &settled, &why))
		return problem(attempt->rq, 400, "$.%s.parameters: %s", attempt->kind->name, why);
	json_object_object_add(item, "parameters", json_object_get(settled));
	return true;
}

static bool work_make(struct attempt *attempt)
{
	struct req *rq = attempt->rq;
	bool acts = false;

	if (!run_read_work(rq, attempt->checkpoint.project_id, attempt->checkpoint.id,
			   &attempt->work))
		return false;
	for (size_t n = 0; n < json_object_array_length(attempt->work); n++) {
		struct json_object *item = json_object_array_get_idx(attempt->work, n);
		if (!item_settle(attempt, item))
			return false;
		acts = acts || provider_acts(attempt->provider, json_get_string(item, "type"),
					     attempt->kind->operation);
	}
	if (!acts)
		return problem(rq, 400, "checkpoint %s has nothing to %s", attempt->checkpoint.id,
			       attempt->kind->run);
	return true;
}

/* ---- the document --------------------------------------------------------------------------- */

/* {"TYPE#ID": state} of what is worked on. */
static struct json_object *states_make(struct attempt *attempt)
{
	struct json_object *states = json_object_new_object();

	for (size_t n = 0; n < json_object_array_length(attempt->work); n++) {
		struct json_object *item = json_object_array_get_idx(attempt->work, n);
		const char *type = json_get_string(item, "type");
		if (provider_acts(attempt->provider, type, attempt->kind->operation))
			json_object_object_add(states,
				arena_printf(attempt->rq->arena, "%s#%s", type,
					     json_get_string(item, "id")),
				json_object_new_string(attempt->kind->going));
	}
	return states;
}

static void text_set(struct json_object *doc, const char *name, const char *text)
{
	json_object_object_add(doc, name, json_object_new_string(text));
}

static void doc_make(struct attempt *attempt)
{
	struct json_object *doc = json_own(attempt->rq->arena, json_object_new_object());
	struct json_object *parameters = json_get(attempt->given, "parameters");

	uuid_dashed(attempt->id);
	text_set(doc, "id", attempt->id);
	text_set(doc, "project_id", attempt->checkpoint.project_id);
	text_set(doc, "provider_id", provider_id(attempt->provider));
	text_set(doc, "checkpoint_id", attempt->checkpoint.id);
	json_object_object_add(doc, "parameters", parameters == NULL ? json_object_new_object() :
			       json_object_get(parameters));
	text_set(doc, "status", IN_PROGRESS);
	json_object_object_add(doc, "resources_status", states_make(attempt));
	json_object_object_add(doc, "resources_reason", json_object_new_object());
	attempt->doc = doc;
}

/* ---- the whole ------------------------------------------------------------------------------ */

bool attempt_begin(struct req *rq, const struct attempt_kind *kind, struct attempt *attempt)
{
	*attempt = (struct attempt){
		.rq = rq, .kind = kind, .given = json_get(rq->body, kind->name),
	};
	if (!provider_take(attempt) || !parameters_check(attempt) || !checkpoint_hold(attempt) ||
	    !work_make(attempt))
		return false;
	doc_make(attempt);
	return true;
}

bool attempt_store(struct attempt *attempt)
{
	struct req *rq = attempt->rq;
	struct run run = {
		.operation = attempt->kind->run, .status = IN_PROGRESS,
		.project_id = attempt->checkpoint.project_id,
		.checkpoint_id = attempt->checkpoint.id,
		.provider_id = provider_id(attempt->provider),
		.restore_id = attempt->kind->kind == KIND_RESTORES ? attempt->id : NULL,
	};

	return run_begin(rq, &run) &&
	       STORE_ASK(rq, attempt->kind->insert, run.project_id, attempt->id,
			 rq->caller.user_id, json_text(rq->arena, attempt->doc), run.id) != NULL &&
	       run_add_work(rq, &run, attempt->work);
}

bool attempt_reply(struct attempt *attempt)
{
	struct document doc;

	return karbor_find(attempt->rq, attempt->kind->kind, attempt->id, &doc) &&
	       karbor_reply(attempt->rq, attempt->kind->name, doc.text, doc.len);
}
