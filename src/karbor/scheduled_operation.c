/* Scheduled operations: what is done with a plan each time a trigger fires
 * (spec data-protection-v1 3.5, 4.6). */
#include "config.h"

#include "karbor/karbor.h"

#include <json-c/json.h>
#include <string.h>

#include "base/json.h"
#include "identity/identity.h"
#include "schema/schema.h"
#include "store/queries.h"
#include "store/store.h"

/* ---- what it accepts ------------------------------------------------------------------------ */

#define RETENTION_PROTECT "retention_protect"

static const char *const types[] = { "protect", RETENTION_PROTECT, NULL };

/* Further keys are kept as they are: "max_backups" and "retention_duration" mean something. */
static const struct map definition_map = {
	.value = { .kinds = BOOLEAN | STRING | INTEGER },
	.key_format = format_map_key, .key_text = KARBOR_KEY_TEXT,
};
static const struct field definition_fields[] = {
	KARBOR_UUID("provider_id", REQUIRED),
	KARBOR_UUID("plan_id", REQUIRED),
	{ 0 }
};
static const struct shape definition_shape = { .fields = definition_fields,
					       .map = &definition_map };

#define OPERATION_FIELDS \
	KARBOR_NAME(REQUIRED), \
	KARBOR_DESCRIPTION, \
	{ .name = "operation_type", .kinds = STRING, .flags = REQUIRED, .words = types }, \
	KARBOR_UUID("trigger_id", REQUIRED), \
	{ .name = "operation_definition", .kinds = OBJECT, .flags = REQUIRED, \
	  .shape = &definition_shape }

static const struct field create_fields[] = { OPERATION_FIELDS, { 0 } };
static const struct shape create_shape = { .fields = create_fields, .closed = true };
static const struct field create_body_fields[] = {
	{ .name = "scheduled_operation", .kinds = OBJECT, .flags = REQUIRED,
	  .shape = &create_shape },
	{ 0 }
};
static const struct shape create_body = {
	.fields = create_body_fields, .closed = true,
	.sample = "{\"scheduled_operation\": {\"name\": \"web server, every night\", "
		  "\"operation_type\": \"" RETENTION_PROTECT "\", "
		  "\"trigger_id\": \"2a9ce1f3-cc1a-4516-9435-0ebb13caa398\", "
		  "\"operation_definition\": {\"max_backups\": 7, "
		  "\"provider_id\": \"cf56bd3e-97a7-4078-b6d5-f36246333fd9\", "
		  "\"plan_id\": \"9e5475d2-6425-4986-9136-a4f09642297f\"}}}",
};

/* ---- what it refers to ---------------------------------------------------------------------- */

/* What is no number would be found out when the operation has run, and nothing was removed. */
static bool retention_check(struct req *rq, struct json_object *definition)
{
	static const char *const keys[] = { "max_backups", "retention_duration" };

	for (size_t n = 0; n < sizeof(keys) / sizeof(keys[0]); n++) {
		int64_t number;

		if (!json_has(definition, keys[n]))
			continue;
		if (!karbor_whole_number(json_get(definition, keys[n]), &number) ||
		    number > INT32_MAX)
			return problem(rq, 400, "$.scheduled_operation.operation_definition.%s is "
				       "not a whole number up to %d; below 1 it is off", keys[n],
				       INT32_MAX);
	}
	return true;
}

/* The ids in a body, in the form that documents have. */
struct references {
	char plan_id[UUID_DASHED_SIZE], provider_id[UUID_DASHED_SIZE];
	char trigger_id[UUID_DASHED_SIZE];
};

static void references_read(struct json_object *given, struct references *to)
{
	struct json_object *definition = json_get(given, "operation_definition");

	uuid_canonical(json_get_string(given, "trigger_id"), to->trigger_id);
	uuid_canonical(json_get_string(definition, "plan_id"), to->plan_id);
	uuid_canonical(json_get_string(definition, "provider_id"), to->provider_id);
}

/* The plan and the trigger are the project's own, and stay until the transaction ends. */
static bool references_hold(struct req *rq, const struct references *to)
{
	struct document plan, trigger;

	if (!karbor_hold(rq, KIND_PLANS, to->plan_id, &plan) ||
	    !karbor_hold(rq, KIND_TRIGGERS, to->trigger_id, &trigger))
		return false;
	if (strcmp(json_get_string(plan.json, "provider_id"), to->provider_id) != 0)
		return problem(rq, 400, "$.scheduled_operation.operation_definition.provider_id is "
			       "not the provider of plan %s", to->plan_id);
	return true;
}

/* ---- what it does --------------------------------------------------------------------------- */

static const char *const sort_keys[] = { "name", NULL };
static const struct filter filters[] = {
	{ .parameter = "operation_type" },
	{ .parameter = "trigger_id" },
	{ .parameter = "name", .is_piece = true },
	{ .parameter = "operation_definition", .is_piece = true },
	{ 0 }
};
static const struct list operation_pages = { .kind = KIND_SCHEDULED_OPERATIONS,
					     .items = "operations", .sort_keys = sort_keys,
					     .filters = filters,
					     .reads_all_tenants = true };

static bool operation_list(struct req *rq)
{
	return karbor_list(rq, &operation_pages, NULL);
}

static bool operation_show(struct req *rq)
{
	return karbor_show(rq, KIND_SCHEDULED_OPERATIONS, "scheduled_operation_id",
			   "scheduled_operation");
}

/* As it was given, with the ids in the form that documents have. */
static struct json_object *definition_make(struct json_object *given, const struct references *to)
{
	struct json_object *definition = json_object_new_object();

	json_object_object_foreach(given, key, value)
		json_object_object_add(definition, key, json_object_get(value));
	json_object_object_add(definition, "plan_id", json_object_new_string(to->plan_id));
	json_object_object_add(definition, "provider_id", json_object_new_string(to->provider_id));
	return definition;
}

static struct json_object *operation_make(struct req *rq, struct json_object *given, const char *id,
					  const struct references *to)
{
	struct json_object *operation = json_own(rq->arena, json_object_new_object());

	json_object_object_add(operation, "id", json_object_new_string(id));
	json_share(operation, given, "name");
	json_share(operation, given, "description");
	json_share(operation, given, "operation_type");
	json_object_object_add(operation, "trigger_id", json_object_new_string(to->trigger_id));
	json_object_object_add(operation, "operation_definition",
			       definition_make(json_get(given, "operation_definition"), to));
	json_object_object_add(operation, "enabled", json_object_new_boolean(true));
	return operation;
}

/* The right by which it runs. */
static bool trust_take(struct req *rq, const char *id)
{
	if (rq->trust_id == NULL)
		return true;
	struct rows *rows = STORE_ASK(rq, &sql_operation_trust_set, req_project(rq), id,
				      rq->trust_id);
	if (rows == NULL)
		return false;
	if (rows_count(rows) > 0)
		return true;
	rq->reply.retry_after = 1;
	return problem(rq, 503, "the trust for this operation was given back meanwhile; "
		       "try again");
}

static bool operation_insert(struct req *rq)
{
	struct json_object *given = json_get(rq->body, "scheduled_operation");
	struct references to;
	char id[UUID_DASHED_SIZE];

	uuid_dashed(id);
	references_read(given, &to);
	if (!references_hold(rq, &to))
		return false;
	struct json_object *operation = operation_make(rq, given, id, &to);
	if (!karbor_insert(rq, KIND_SCHEDULED_OPERATIONS, id, operation) || !trust_take(rq, id))
		return false;
	const char *text = json_text(rq->arena, operation);
	return karbor_reply(rq, "scheduled_operation", text, strlen(text));
}

/* What would be refused makes no trust. Keystone is asked before the transaction begins: nobody
 * waits for it with a row locked. */
static bool trust_make(struct req *rq)
{
	struct references to;

	rq->trust_id = NULL;
	if (identity_trust_mode() == TRUST_NEVER)
		return true;
	references_read(json_get(rq->body, "scheduled_operation"), &to);
	return references_hold(rq, &to) && identity_trust(rq, req_project(rq), &rq->trust_id);
}

static bool operation_create(struct req *rq)
{
	struct json_object *given = json_get(rq->body, "scheduled_operation");

	if (strcmp(json_get_string(given, "operation_type"), RETENTION_PROTECT) == 0 &&
	    !retention_check(rq, json_get(given, "operation_definition")))
		return false;
	return trust_make(rq) && store_transaction(rq, operation_insert);
}

/* With the last that uses it goes the trust, whoever deletes. */
static bool operation_remove(struct req *rq, const struct document *operation)
{
	struct rows *rows = STORE_ASK(rq, &sql_operation_delete, operation->project_id,
				      operation->id);

	if (rows == NULL)
		return false;
	const char *trust = rows_count(rows) > 0 ? rows_text(rows, 0, "trust_id") : NULL;
	return trust == NULL || identity_trust_release(rq, operation->project_id, trust);
}

static bool operation_delete(struct req *rq)
{
	const char *id = karbor_id(rq, "scheduled_operation_id");
	struct document operation;

	return id != NULL && karbor_lock(rq, KIND_SCHEDULED_OPERATIONS, id, &operation) &&
	       operation_remove(rq, &operation) && karbor_reply_nothing(rq);
}

/* ---- how it is reached ---------------------------------------------------------------------- */

static const struct route operation_routes[] = {
	{ METHOD_GET, "/scheduled_operations", "scheduled_operation:list", operation_list, NULL, 0,
	  200 },
	{ METHOD_POST, "/scheduled_operations", "scheduled_operation:create", operation_create,
	  &create_body, OWN_TRANSACTION, 200 },
	{ METHOD_GET, "/scheduled_operations/{scheduled_operation_id}", "scheduled_operation:get",
	  operation_show, NULL, 0, 200 },
	{ METHOD_DELETE, "/scheduled_operations/{scheduled_operation_id}",
	  "scheduled_operation:delete", operation_delete, NULL, 0, 200 },
	{ 0 }
};

static const struct field shown_fields[] = {
	{ .name = "id", .kinds = STRING, .flags = REQUIRED },
	OPERATION_FIELDS,
	{ .name = "enabled", .kinds = BOOLEAN, .flags = REQUIRED },
	{ 0 }
};
static const struct shape shown_shape = { .fields = shown_fields,
	.wrapper = "scheduled_operation", .items = "operations" };

const struct resource karbor_scheduled_operation = { "scheduled_operations", operation_routes,
						     "id", &shown_shape };
