/* Copies of a plan's checkpoints, where the provider knows how (spec data-protection-v1 3.6). Which
 * were copied is told by the copies themselves, so that asking again copies only what is new. */
#include "config.h"

#include "karbor/checkpoint_int.h"

#include <json-c/json.h>
#include <string.h>

#include "base/json.h"
#include "karbor/karbor.h"
#include "karbor/run.h"
#include "provider/provider.h"
#include "schema/schema.h"
#include "store/queries.h"
#include "store/store.h"

#define AT_ONCE "10"    /* copies that one request asks for; the next one asks for the next */

/* ---- what it accepts ------------------------------------------------------------------------ */

static const struct field copy_fields[] = {
	KARBOR_UUID("plan_id", REQUIRED),
	{ .name = "parameters", .kinds = OBJECT, .shape = &karbor_params },
	{ 0 }
};
static const struct shape copy_shape = { .fields = copy_fields, .closed = true };
static const struct field copy_body_fields[] = {
	{ .name = "copy", .kinds = OBJECT, .flags = REQUIRED, .shape = &copy_shape },
	{ 0 }
};
const struct shape checkpoint_copy_body = {
	.fields = copy_body_fields, .closed = true,
	.sample = "{\"copy\": {\"plan_id\": \"3523a271-68aa-42f5-b9ba-56e5200a2ebb\", "
		  "\"parameters\": {}}}",
};

struct copying {
	struct req *rq;
	const struct provider *provider;
	struct json_object *parameters;  /* NULL: those with which each was protected */
	struct document plan;
	struct json_object *pairs;       /* what was made of what */
};

/* ---- one copy ------------------------------------------------------------------------------- */

/* The options of the copy of one resource, and whether it can be copied at all. */
static bool item_settle(struct copying *copying, struct json_object *item)
{
	struct req *rq = copying->rq;
	const char *type = json_get_string(item, "type");
	struct json_object *parameters;
	const char *why;

	if (provider_acts(copying->provider, type, PROVIDER_PROTECT) &&
	    !provider_acts(copying->provider, type, PROVIDER_COPY))
		return problem(rq, 400, "provider %s can't copy what it saved of %s",
			       provider_id(copying->provider), type);
	if (copying->parameters == NULL)
		return true;
	if (!provider_settle(rq->arena, copying->provider, PROVIDER_OPTIONS_SCHEMA,
			     copying->parameters, type, json_get_string(item, "id"), &parameters,
			     &why))
		return problem(rq, 400, "$.copy.parameters: %s", why);
	json_object_object_add(item, "parameters", json_object_get(parameters));
	return true;
}

static bool work_settle(struct copying *copying, struct json_object *work)
{
	for (size_t n = 0; n < json_object_array_length(work); n++) {
		if (!item_settle(copying, json_object_array_get_idx(work, n)))
			return false;
	}
	return true;
}

static void pair_add(struct copying *copying, const char *original, const char *copy)
{
	struct json_object *pair = json_object_new_object();

	json_object_object_add(pair, "checkpoint_protect_id", json_object_new_string(original));
	json_object_object_add(pair, "checkpoint_copy_id", json_object_new_string(copy));
	json_object_array_add(copying->pairs, pair);
}

/* The copy holds what its original does, whatever the plan says by now. */
static bool copy_start(struct copying *copying, const char *original)
{
	struct req *rq = copying->rq;
	const char *project = copying->plan.project_id;
	char id[UUID_DASHED_SIZE];
	struct run run = {
		.operation = RUN_COPY, .status = WAIT_COPYING, .project_id = project,
		.checkpoint_id = id, .plan_id = copying->plan.id,
		.provider_id = provider_id(copying->provider),
	};
	struct json_object *work;

	uuid_dashed(id);
	pair_add(copying, original, id);
	return run_read_work(rq, project, original, &work) && work_settle(copying, work) &&
	       quota_take(rq, project, QUOTA_CHECKPOINTS) &&
	       STORE_ASK(rq, &sql_checkpoint_copy, project, original, id,
			 rq->caller.user_id) != NULL &&
	       run_begin(rq, &run) && run_add_work(rq, &run, work);
}

/* ---- all of a plan -------------------------------------------------------------------------- */

static bool parameters_check(struct copying *copying)
{
	return copying->parameters == NULL ||
	       karbor_parameters(copying->rq, copying->provider, PROVIDER_OPTIONS_SCHEMA,
				 copying->parameters, "$.copy.parameters");
}

/* Locked, so that two requests do not copy the same. */
static bool plan_lock(struct copying *copying)
{
	struct req *rq = copying->rq;
	char id[UUID_DASHED_SIZE];

	uuid_canonical(json_get_string(json_get(rq->body, "copy"), "plan_id"), id);
	if (!karbor_lock(rq, KIND_PLANS, id, &copying->plan))
		return false;
	const char *provider = json_get_string(copying->plan.json, "provider_id");
	if (strcmp(provider, provider_id(copying->provider)) == 0)
		return true;
	return problem(rq, 400, "plan %s is of provider %s", id, provider);
}

static bool is_any_good(struct copying *copying)
{
	struct rows *rows = STORE_ASK(copying->rq, &sql_checkpoint_good, copying->plan.project_id,
				      copying->plan.id, provider_id(copying->provider));

	if (rows == NULL)
		return false;
	if (rows_count(rows) == 0)
		return problem(copying->rq, 400, "plan %s has no checkpoint that is " AVAILABLE,
			       copying->plan.id);
	return true;
}

static bool copies_start(struct copying *copying)
{
	struct req *rq = copying->rq;
	struct rows *rows = STORE_ASK(rq, &sql_checkpoint_copyable, copying->plan.project_id,
				      copying->plan.id, provider_id(copying->provider), AT_ONCE);

	if (rows == NULL)
		return false;
	for (int row = 0; row < rows_count(rows); row++) {
		if (!copy_start(copying, rows_text(rows, row, "id")))
			return false;
	}
	return rows_count(rows) > 0 || is_any_good(copying);
}

static bool copies_reply(struct copying *copying)
{
	struct json_object *copy = json_object_new_object();
	struct json_object *body = json_own(copying->rq->arena, json_object_new_object());

	json_object_object_add(body, "copy", copy);
	json_object_object_add(copy, "project_id",
			       json_object_new_string(copying->plan.project_id));
	json_object_object_add(copy, "provider_id",
			       json_object_new_string(provider_id(copying->provider)));
	json_object_object_add(copy, "plan_id", json_object_new_string(copying->plan.id));
	json_object_object_add(copy, "checkpoint_id", json_object_get(copying->pairs));
	json_object_object_add(copy, "parameters", copying->parameters == NULL ?
			       json_object_new_object() : json_object_get(copying->parameters));
	return reply_value(copying->rq, 200, body);
}

bool checkpoint_copy(struct req *rq)
{
	struct copying copying = {
		.rq = rq, .provider = checkpoint_provider(rq),
		.parameters = json_get(json_get(rq->body, "copy"), "parameters"),
		.pairs = json_own(rq->arena, json_object_new_array()),
	};

	return copying.provider != NULL && parameters_check(&copying) && plan_lock(&copying) &&
	       copies_start(&copying) && copies_reply(&copying);
}
