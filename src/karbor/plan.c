/* Plans: what is protected together, by which provider, and with which options
 * (spec data-protection-v1 3.3). */
#include "config.h"

#include "karbor/karbor.h"

#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "schema/schema.h"
#include "store/queries.h"
#include "store/store.h"

#define SUSPENDED "suspended"   /* as a plan begins; what it can be changed in */

/* ---- what it accepts ------------------------------------------------------------------------ */

static const struct field resource_fields[] = {
	{ .name = "id", .kinds = STRING, .flags = REQUIRED, .format = format_resource_id,
	  .format_text = "an id: 1 to 255 letters, digits or any of - _ : ." },
	{ .name = "type", .kinds = STRING, .flags = REQUIRED | NOT_EMPTY, .length_max = 64 },
	{ .name = "name", .kinds = STRING, .flags = REQUIRED, .length_max = 255 },
	{ .name = "extra_info", .kinds = ANY },
	{ 0 }
};
static const struct shape resource_shape = { .fields = resource_fields };

#define RESOURCES(required) \
	{ .name = "resources", .kinds = ARRAY, .flags = (required), .shape = &resource_shape }

#define PLAN_SAMPLE \
	"{\"plan\": {\"name\": \"web server\", \"description\": \"server and its volume\", " \
	"\"provider_id\": \"cf56bd3e-97a7-4078-b6d5-f36246333fd9\", " \
	"\"resources\": [{\"id\": \"64e51e85-4f31-441f-9a5d-6e93e3196628\", " \
	"\"type\": \"OS::Nova::Server\", \"name\": \"web\"}], \"parameters\": {}}}"

static const struct field create_fields[] = {
	KARBOR_NAME(REQUIRED),
	KARBOR_DESCRIPTION,
	KARBOR_UUID("provider_id", REQUIRED),
	RESOURCES(REQUIRED),
	{ .name = "parameters", .kinds = OBJECT, .flags = REQUIRED, .shape = &karbor_params },
	{ 0 }
};
static const struct shape create_shape = { .fields = create_fields, .closed = true };
static const struct field create_body_fields[] = {
	{ .name = "plan", .kinds = OBJECT, .flags = REQUIRED, .shape = &create_shape },
	{ 0 }
};
static const struct shape create_body = { .fields = create_body_fields, .closed = true,
					  .sample = PLAN_SAMPLE };

static const char *const statuses[] = { SUSPENDED, "started", NULL };

static const struct field update_fields[] = {
	KARBOR_NAME(0),
	KARBOR_DESCRIPTION,
	{ .name = "status", .kinds = STRING, .words = statuses },
	RESOURCES(0),
	{ 0 }
};
static const struct shape update_shape = { .fields = update_fields, .closed = true };
static const struct field update_body_fields[] = {
	{ .name = "plan", .kinds = OBJECT, .flags = REQUIRED, .shape = &update_shape },
	{ 0 }
};
static const struct shape update_body = { .fields = update_body_fields, .closed = true,
					  .sample = "{\"plan\": {\"status\": \"started\"}}" };

/* ---- resources ------------------------------------------------------------------------------ */

/* Can the provider protect what the plan names, with these options? */
static bool provider_takes(struct req *rq, const char *id, struct json_object *plan)
{
	struct json_object *resources = json_get(plan, "resources");
	const struct provider *provider = karbor_provider_find(rq, id, "$.plan.provider_id");

	if (provider == NULL)
		return false;
	for (size_t n = 0; n < json_array_length(resources); n++) {
		struct json_object *resource = json_object_array_get_idx(resources, n);
		const char *type = json_get_string(resource, "type");
		if (!provider_protects(provider, type))
			return problem(rq, 400, "$.plan.resources[%zu].type is none that provider "
				       "%s protects", n, provider_id(provider));
	}
	return karbor_parameters(rq, provider, PROVIDER_OPTIONS_SCHEMA,
				 json_get(plan, "parameters"), "$.plan.parameters");
}

/* What of a resource is kept: other members are dropped. */
static struct json_object *resource_make(struct json_object *given)
{
	static const char *const members[] = { "id", "name", "type", "extra_info" };
	struct json_object *resource = json_object_new_object();

	for (size_t n = 0; n < sizeof(members) / sizeof(members[0]); n++) {
		struct json_object *value = json_get(given, members[n]);
		if (value != NULL)
			json_object_object_add(resource, members[n], json_object_get(value));
	}
	return resource;
}

/* What has been seen is a set: a plan has at most some thousand resources. */
static bool resources_check(struct req *rq, struct json_object *given)
{
	struct json_object *seen = json_own(rq->arena, json_object_new_object());
	size_t count = json_object_array_length(given);

	if (count == 0)
		return problem(rq, 400, "$.plan.resources must not be empty");
	for (size_t n = 0; n < count; n++) {
		struct json_object *resource = json_object_array_get_idx(given, n);
		const char *key = arena_printf(rq->arena, "%s#%s",
					       json_get_string(resource, "type"),
					       json_get_string(resource, "id"));
		if (json_has(seen, key))
			return problem(rq, 400, "$.plan.resources[%zu] is in the list already", n);
		json_object_object_add(seen, key, json_object_new_boolean(true));
	}
	return true;
}

static struct json_object *resources_make(struct json_object *given)
{
	struct json_object *list = json_object_new_array();

	for (size_t n = 0; n < json_object_array_length(given); n++)
		json_object_array_add(list,
				      resource_make(json_object_array_get_idx(given, n)));
	return list;
}

/* ---- what it does --------------------------------------------------------------------------- */

static const char *const sort_keys[] = { "name", "status", NULL };
static const struct filter filters[] = {
	{ .parameter = "status" },
	{ .parameter = "name", .is_piece = true },
	{ .parameter = "description", .is_piece = true },
	{ 0 }
};
static const struct list plan_pages = { .kind = KIND_PLANS, .items = "plans",
					.sort_keys = sort_keys, .filters = filters };

static bool plan_list(struct req *rq)
{
	return karbor_list(rq, &plan_pages, NULL);
}

static bool plan_show(struct req *rq)
{
	return karbor_show(rq, KIND_PLANS, "plan_id", "plan");
}

static struct json_object *plan_make(struct req *rq, struct json_object *given, const char *id,
				     const char *provider_id)
{
	struct json_object *plan = json_own(rq->arena, json_object_new_object());

	json_object_object_add(plan, "id", json_object_new_string(id));
	json_share(plan, given, "name");
	json_share(plan, given, "description");
	json_object_object_add(plan, "resources", resources_make(json_get(given, "resources")));
	json_object_object_add(plan, "provider_id", json_object_new_string(provider_id));
	json_object_object_add(plan, "status", json_object_new_string(SUSPENDED));
	json_share(plan, given, "parameters");
	return plan;
}

static bool plan_create(struct req *rq)
{
	struct json_object *given = json_get(rq->body, "plan");
	char id[UUID_DASHED_SIZE], provider[UUID_DASHED_SIZE];

	uuid_dashed(id);
	uuid_canonical(json_get_string(given, "provider_id"), provider);
	if (!resources_check(rq, json_get(given, "resources")) ||
	    !provider_takes(rq, provider, given) ||
	    !quota_take(rq, req_project(rq), QUOTA_PLANS))
		return false;
	struct json_object *plan = plan_make(rq, given, id, provider);
	if (!karbor_insert(rq, KIND_PLANS, id, plan))
		return false;
	const char *text = json_text(rq->arena, plan);
	return karbor_reply(rq, "plan", text, strlen(text));
}

/* A plan that stays started can be told so again, and nothing of it changes. */
static bool may_change(struct req *rq, const struct document *plan, struct json_object *given)
{
	if (json_object_object_length(given) == 0)
		return problem(rq, 400, "$.plan: there is nothing to change");
	const char *status = json_get_string(given, "status");
	bool stays_started = strcmp(json_get_string(plan->json, "status"), SUSPENDED) != 0 &&
			     (status == NULL || strcmp(status, SUSPENDED) != 0);
	if (!stays_started || (status != NULL && json_object_object_length(given) == 1))
		return true;
	return problem(rq, 400, "plan %s is started: set its status to " SUSPENDED " to change it",
		       plan->id);
}

static void plan_merge(struct json_object *plan, struct json_object *given)
{
	json_object_object_foreach(given, name, value) {
		json_object_object_add(plan, name, strcmp(name, "resources") == 0 ?
				       resources_make(value) : json_object_get(value));
	}
}

static bool plan_update(struct req *rq)
{
	struct json_object *given = json_get(rq->body, "plan");
	struct json_object *resources = json_get(given, "resources");
	const char *id = karbor_id(rq, "plan_id");
	struct document plan;

	if (id == NULL || (resources != NULL && !resources_check(rq, resources)) ||
	    !karbor_lock(rq, KIND_PLANS, id, &plan) || !may_change(rq, &plan, given))
		return false;
	plan_merge(plan.json, given);
	return provider_takes(rq, json_get_string(plan.json, "provider_id"), plan.json) &&
	       karbor_save(rq, KIND_PLANS, &plan) &&
	       karbor_reply(rq, "plan", plan.text, plan.len);
}

/* An operation without its plan would fail for ever, unseen. */
static bool is_unused(struct req *rq, const struct document *plan)
{
	struct rows *rows = STORE_ASK(rq, &sql_plan_operation, plan->project_id, plan->id);

	if (rows == NULL)
		return false;
	if (rows_count(rows) > 0)
		return problem(rq, 409, "scheduled operation %s needs plan %s: delete it first",
			       rows_text(rows, 0, "id"), plan->id);
	return true;
}

static bool plan_delete(struct req *rq)
{
	const char *id = karbor_id(rq, "plan_id");
	struct document plan;
	bool found;

	return id != NULL && karbor_lock(rq, KIND_PLANS, id, &plan) && is_unused(rq, &plan) &&
	       doc_delete(rq, KIND_PLANS, (struct scope){ .project = plan.project_id }, id,
			  &found) && karbor_reply_nothing(rq);
}

/* ---- how it is reached ---------------------------------------------------------------------- */

static const struct route plan_routes[] = {
	{ METHOD_GET, "/plans", "plan:get_all", plan_list, NULL, 0, 200 },
	{ METHOD_POST, "/plans", "plan:create", plan_create, &create_body, 0, 200 },
	{ METHOD_GET, "/plans/{plan_id}", "plan:get", plan_show, NULL, 0, 200 },
	{ METHOD_PUT, "/plans/{plan_id}", "plan:update", plan_update, &update_body, 0, 200 },
	{ METHOD_DELETE, "/plans/{plan_id}", "plan:delete", plan_delete, NULL, 0, 200 },
	{ 0 }
};

static const struct field shown_fields[] = {
	{ .name = "id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "name", .kinds = STRING, .flags = REQUIRED },
	{ .name = "description", .kinds = STRING | NULLABLE },
	{ .name = "resources", .kinds = ARRAY, .flags = REQUIRED, .shape = &resource_shape },
	{ .name = "provider_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "status", .kinds = STRING, .flags = REQUIRED, .words = statuses },
	{ .name = "parameters", .kinds = OBJECT, .flags = REQUIRED },
	{ 0 }
};
static const struct shape shown_shape = { .fields = shown_fields, .wrapper = "plan" };

const struct resource karbor_plan = { "plans", plan_routes, "id", &shown_shape };
