/* A new checkpoint: the plan and its resources as they are now, what belongs to them, and the work
 * that protects it all (spec data-protection-v1 3.6, 5.4). */
#include "config.h"

#include "karbor/checkpoint_int.h"

#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "karbor/karbor.h"
#include "karbor/resource_graph.h"
#include "karbor/run.h"
#include "provider/provider.h"
#include "schema/schema.h"
#include "store/queries.h"
#include "store/store.h"

/* For so long we begin anew when the plan was changed, in microseconds; then the client may. */
#define STALE_US 2000000

/* ---- what it accepts ------------------------------------------------------------------------ */

#define EXTRA_INFO(spelling) \
	{ .name = (spelling), .kinds = OBJECT | NULLABLE, .shape = &karbor_meta }

/* The contract says extra_info, its client extra-info: they mean the same. */
static const struct field create_fields[] = {
	KARBOR_UUID("plan_id", REQUIRED),
	EXTRA_INFO("extra_info"),
	EXTRA_INFO("extra-info"),
	{ 0 }
};
static const struct shape create_shape = { .fields = create_fields, .closed = true };
static const struct field create_body_fields[] = {
	{ .name = "checkpoint", .kinds = OBJECT, .flags = REQUIRED, .shape = &create_shape },
	{ 0 }
};
const struct shape checkpoint_create_body = {
	.fields = create_body_fields, .closed = true,
	.sample = "{\"checkpoint\": {\"plan_id\": \"3523a271-68aa-42f5-b9ba-56e5200a2ebb\", "
		  "\"extra_info\": {\"created_by\": \"manual\"}}}",
};

/* A checkpoint in the making. */
struct making {
	struct req *rq;
	const struct provider *provider;
	struct json_object *extra_info;
	struct document plan;
	bool is_plan_stale;              /* it was changed while we worked by it */
	struct json_object *resources;   /* of the plan, as the checkpoint shows them */
	struct graph graph;
	struct json_object *work;        /* as run_add_work() takes it */
	char id[UUID_DASHED_SIZE];
};

/* ---- extra info ----------------------------------------------------------------------------- */

static const char *creator_of(struct json_object *extra_info)
{
	const char *creator = json_get_string(extra_info, "created_by");
	return creator != NULL ? creator : json_get_string(extra_info, "create-by");
}

/* What is said is kept, also when it is no text: it then names nobody we know. */
static bool has_creator(struct json_object *extra_info)
{
	return json_has(extra_info, "created_by") || json_has(extra_info, "create-by");
}

static bool extra_info_read(struct making *making)
{
	struct json_object *given = json_get(making->rq->body, "checkpoint");
	struct json_object *a = json_get(given, "extra_info"), *b = json_get(given, "extra-info");

	if (a != NULL && b != NULL)
		return problem(making->rq, 400, "$.checkpoint: extra_info and extra-info are the "
			       "same: send one of them");
	making->extra_info = a != NULL ? a : b;
	if (making->extra_info == NULL)
		making->extra_info = json_own(making->rq->arena, json_object_new_object());
	if (!has_creator(making->extra_info))
		json_object_object_add(making->extra_info, "created_by",
				       json_object_new_string("manual"));
	return true;
}

/* The scheduled operation that says it asked for this; NULL: nobody says so. */
static const char *operation_of(struct making *making)
{
	const char *id = json_get_string(making->extra_info, "scheduled_operation_id");
	char *canonical = arena_alloc(making->rq->arena, UUID_DASHED_SIZE);
	const char *creator = creator_of(making->extra_info);
	bool is_named = creator != NULL && strcmp(creator, "operation-engine") == 0 &&
			id != NULL && uuid_canonical(id, canonical);

	return is_named ? canonical : NULL;
}

/* ---- the plan ------------------------------------------------------------------------------- */

static bool plan_find(struct making *making)
{
	struct req *rq = making->rq;
	char id[UUID_DASHED_SIZE];

	uuid_canonical(json_get_string(json_get(rq->body, "checkpoint"), "plan_id"), id);
	if (!karbor_find(rq, KIND_PLANS, id, &making->plan) ||
	    !doc_parse(rq, KIND_PLANS, &making->plan))
		return false;
	const char *provider = json_get_string(making->plan.json, "provider_id");
	if (strcmp(provider, provider_id(making->provider)) == 0)
		return true;
	return problem(rq, 400, "plan %s is of provider %s", id, provider);
}

/* The cloud was asked without a lock: is the plan still what it was asked about? */
static bool plan_hold(struct making *making)
{
	struct req *rq = making->rq;
	struct document held;

	if (!karbor_share(rq, KIND_PLANS, making->plan.id, &held))
		return false;
	if (held.version == making->plan.version)
		return true;
	making->is_plan_stale = true;
	rq->reply.retry_after = 1;
	return problem(rq, 503, "plan %s was changed meanwhile; try again", making->plan.id);
}

/* Null, false, zero and what has nothing in it. */
static bool is_empty(struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_object:
		return json_object_object_length(value) == 0;
	case json_type_array:
		return json_object_array_length(value) == 0;
	case json_type_string:
		return json_object_get_string_len(value) == 0;
	default:
		return !json_object_get_boolean(value);
	}
}

static void member_share(struct json_object *to, struct json_object *from, const char *name)
{
	json_object_object_add(to, name, json_object_get(json_get(from, name)));
}

static struct json_object *resource_make(struct json_object *given)
{
	struct json_object *resource = json_object_new_object();

	member_share(resource, given, "id");
	member_share(resource, given, "type");
	member_share(resource, given, "name");
	if (!is_empty(json_get(given, "extra_info")))
		member_share(resource, given, "extra_info");
	return resource;
}

static void resources_make(struct making *making)
{
	struct json_object *given = json_get(making->plan.json, "resources");

	making->resources = json_own(making->rq->arena, json_object_new_array());
	for (size_t n = 0; n < json_object_array_length(given); n++)
		json_object_array_add(making->resources,
				      resource_make(json_object_array_get_idx(given, n)));
}

/* ---- the work ------------------------------------------------------------------------------- */

static struct json_object *numbers_make(const struct graph_node *node)
{
	struct json_object *numbers = json_object_new_array();

	for (size_t n = 0; n < node->child_count; n++)
		json_object_array_add(numbers, json_object_new_int64((int64_t)node->children[n]));
	return numbers;
}

/* Images and volumes may be without a name. */
static void name_share(struct json_object *item, struct json_object *resource)
{
	bool is_named = json_get_string(resource, "name") != NULL;

	json_object_object_add(item, "name",
			       json_object_get(json_get(resource, is_named ? "name" : "id")));
}

/* One node's part of the work; what belongs to it is protected before. */
static bool work_add(struct making *making, size_t number)
{
	struct req *rq = making->rq;
	const struct graph_node *node = &making->graph.nodes[number];
	const char *type = json_get_string(node->resource, "type");
	const char *id = json_get_string(node->resource, "id");
	struct json_object *parameters, *item = json_object_new_object();
	const char *why;

	json_object_array_add(making->work, item);
	if (!provider_protects(making->provider, type))
		return problem(rq, 400, "provider %s does not protect %s, as %s is",
			       provider_id(making->provider), type, id);
	if (!provider_settle(rq->arena, making->provider, PROVIDER_OPTIONS_SCHEMA,
			     json_get(making->plan.json, "parameters"), type, id, &parameters,
			     &why))
		return problem(rq, 400, "plan %s: %s", making->plan.id, why);
	json_object_object_add(item, "n", json_object_new_int64((int64_t)number));
	member_share(item, node->resource, "type");
	member_share(item, node->resource, "id");
	name_share(item, node->resource);
	member_share(item, node->resource, "extra_info");
	json_object_object_add(item, "parameters", json_object_get(parameters));
	json_object_object_add(item, "waits_for", numbers_make(node));
	return true;
}

static bool work_make(struct making *making)
{
	struct req *rq = making->rq;
	const struct graph_source source = graph_live(rq, making->plan.project_id,
						      making->resources);
	bool acts = false;

	making->work = json_own(rq->arena, json_object_new_array());
	if (!graph_make(rq, making->resources, &source, &making->graph))
		return false;
	for (size_t n = 0; n < making->graph.count; n++) {
		if (!work_add(making, n))
			return false;
		acts = acts || provider_acts(making->provider,
					     json_get_string(making->graph.nodes[n].resource,
							     "type"), PROVIDER_PROTECT);
	}
	if (!acts)
		return problem(rq, 400, "plan %s has nothing that provider %s would save",
			       making->plan.id, provider_id(making->provider));
	return true;
}

/* ---- the checkpoint ------------------------------------------------------------------------- */

static struct json_object *plan_shown(struct making *making)
{
	struct json_object *plan = json_object_new_object();

	member_share(plan, making->plan.json, "id");
	member_share(plan, making->plan.json, "name");
	member_share(plan, making->plan.json, "provider_id");
	json_object_object_add(plan, "resources", json_object_get(making->resources));
	return plan;
}

static struct json_object *checkpoint_make(struct making *making)
{
	struct req *rq = making->rq;
	struct json_object *doc = json_own(rq->arena, json_object_new_object());

	uuid_dashed(making->id);
	json_object_object_add(doc, "id", json_object_new_string(making->id));
	json_object_object_add(doc, "project_id",
			       json_object_new_string(making->plan.project_id));
	json_object_object_add(doc, "status", json_object_new_string(PROTECTING));
	json_object_object_add(doc, "protection_plan", plan_shown(making));
	json_object_object_add(doc, "resource_graph",
			       json_object_new_string(graph_text(rq, &making->graph)));
	json_object_object_add(doc, "extra_info",
			       json_object_new_string(json_text(rq->arena, making->extra_info)));
	return doc;
}

/* It belongs where the plan does, also when an administrator asked for it. The reply is ready. */
static bool checkpoint_insert(struct making *making)
{
	struct req *rq = making->rq;
	const char *project = making->plan.project_id;

	if (!quota_take(rq, project, QUOTA_CHECKPOINTS))
		return false;
	const char *doc = json_text(rq->arena, checkpoint_make(making));
	struct rows *rows = STORE_ASK(rq, &sql_checkpoint_insert, project, making->id,
				      rq->caller.user_id, doc);
	return rows != NULL && karbor_reply(rq, "checkpoint", rows_text(rows, 0, "doc"),
					    rows_length(rows, 0, "doc"));
}

static bool protection_start(struct making *making)
{
	struct run run = {
		.operation = RUN_PROTECT, .status = PROTECTING,
		.project_id = making->plan.project_id, .checkpoint_id = making->id,
		.plan_id = making->plan.id, .provider_id = provider_id(making->provider),
		.scheduled_operation_id = operation_of(making),
	};

	return run_begin(making->rq, &run) && run_add_work(making->rq, &run, making->work);
}

static bool making_write(struct req *rq, void *argument)
{
	struct making *making = argument;

	(void)rq;
	return plan_hold(making) && checkpoint_insert(making) && protection_start(making);
}

static bool make_once(struct making *making)
{
	making->is_plan_stale = false;
	if (!plan_find(making))
		return false;
	resources_make(making);
	return work_make(making) && store_transaction_with(making->rq, making_write, making);
}

bool checkpoint_create(struct req *rq)
{
	struct making making = { .rq = rq, .provider = checkpoint_provider(rq) };
	int64_t began_us = clock_monotonic_us();

	if (making.provider == NULL || !extra_info_read(&making))
		return false;
	while (!make_once(&making)) {
		if (!making.is_plan_stale || clock_monotonic_us() - began_us > STALE_US)
			return false;
		rq->problem = (struct problem){ 0 };
		rq->reply = (struct reply){ 0 };
	}
	return true;
}
