/* Checkpoints: what plans protected, kept by a provider; listed, shown, deleted, and told how they
 * are (spec data-protection-v1 3.6). */
#include "config.h"

#include "karbor/karbor.h"

#include <json-c/json.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "karbor/checkpoint_int.h"
#include "karbor/run.h"
#include "provider/provider.h"
#include "schema/schema.h"
#include "store/queries.h"
#include "store/store.h"

/* ---- what is asked about -------------------------------------------------------------------- */

const struct provider *checkpoint_provider(struct req *rq)
{
	const char *id = karbor_id(rq, "provider_id");
	const struct provider *provider = id == NULL ? NULL : provider_find(id);

	if (id != NULL && provider == NULL)
		problem(rq, 404, "no provider with id %s", id);
	return provider;
}

static bool is_kept_by(const struct provider *provider, const struct document *checkpoint)
{
	struct json_object *plan = json_get(checkpoint->json, "protection_plan");

	return strcmp(json_get_string(plan, "provider_id"), provider_id(provider)) == 0;
}

/* The checkpoint in the path, kept from others until the transaction ends. One that another
 * provider keeps is told as one that is not there. */
static bool checkpoint_lock(struct req *rq, struct document *checkpoint)
{
	const struct provider *provider = checkpoint_provider(rq);
	const char *id = provider == NULL ? NULL : karbor_id(rq, "checkpoint_id");

	if (id == NULL || !karbor_lock(rq, KIND_CHECKPOINTS, id, checkpoint))
		return false;
	return is_kept_by(provider, checkpoint) || doc_missing(rq, KIND_CHECKPOINTS, id);
}

static const char *status_of(const struct document *checkpoint)
{
	return json_get_string(checkpoint->json, "status");
}

static bool status_set(struct req *rq, struct document *checkpoint, const char *status)
{
	json_object_object_add(checkpoint->json, "status", json_object_new_string(status));
	return karbor_save(rq, KIND_CHECKPOINTS, checkpoint);
}

/* ---- list and show -------------------------------------------------------------------------- */

static const char *const sort_keys[] = { "status", NULL };
static const struct filter no_filters[] = { { 0 } };
static const struct list checkpoint_pages = {
	.kind = KIND_CHECKPOINTS, .items = "checkpoints", .sort_keys = sort_keys,
	.filters = no_filters, .question = &sql_checkpoint_list,
};

/* Is it a day of the calendar, as YYYY-MM-DD? */
static bool is_date(const char *text)
{
	static const char form[] = "dddd-dd-dd";
	struct tm day = { 0 };

	for (size_t n = 0; n < sizeof(form); n++) {
		bool is_digit = text[n] >= '0' && text[n] <= '9';
		if (form[n] == 'd' ? !is_digit : text[n] != form[n])
			return false;
	}
	strptime(text, "%Y-%m-%d", &day);
	int month = day.tm_mon, number = day.tm_mday;
	timegm(&day);
	return day.tm_mon == month && day.tm_mday == number && strncmp(text, "0000", 4) > 0;
}

static bool date_read(struct req *rq, const char *name, struct json_object *to)
{
	const char *text = req_parameter(rq, name);

	if (text == NULL || text[0] == '\0')
		return true;
	if (!is_date(text))
		return problem(rq, 400, "%s must be a day as YYYY-MM-DD", name);
	json_object_object_add(to, name, json_object_new_string(text));
	return true;
}

static bool plan_read(struct req *rq, struct json_object *to)
{
	const char *text = req_parameter(rq, "plan_id");
	char id[UUID_DASHED_SIZE];

	if (text == NULL || text[0] == '\0')
		return true;
	if (!uuid_canonical(text, id))
		return problem(rq, 400, "plan_id is not a UUID");
	json_object_object_add(to, "plan_id", json_object_new_string(id));
	return true;
}

static bool checkpoint_list(struct req *rq)
{
	const struct provider *provider = checkpoint_provider(rq);
	struct json_object *narrow = json_own(rq->arena, json_object_new_object());

	if (provider == NULL || !plan_read(rq, narrow) || !date_read(rq, "start_date", narrow) ||
	    !date_read(rq, "end_date", narrow))
		return false;
	json_object_object_add(narrow, "provider_id",
			       json_object_new_string(provider_id(provider)));
	return karbor_list(rq, &checkpoint_pages, narrow);
}

static bool checkpoint_show(struct req *rq)
{
	const struct provider *provider = checkpoint_provider(rq);
	const char *id = provider == NULL ? NULL : karbor_id(rq, "checkpoint_id");

	if (id == NULL)
		return false;
	struct rows *rows = STORE_ASK(rq, &sql_checkpoint_find, karbor_scope(rq), id,
				      provider_id(provider));
	if (rows == NULL)
		return false;
	if (rows_count(rows) == 0)
		return doc_missing(rq, KIND_CHECKPOINTS, id);
	return karbor_reply(rq, "checkpoint", rows_text(rows, 0, "doc"),
			    rows_length(rows, 0, "doc"));
}

/* ---- delete --------------------------------------------------------------------------------- */

/* What is being read is not taken away. */
static bool is_unused(struct req *rq, const struct document *checkpoint)
{
	struct rows *rows = STORE_ASK(rq, &sql_checkpoint_use, checkpoint->project_id,
				      checkpoint->id);

	if (rows == NULL)
		return false;
	if (rows_count(rows) > 0)
		return problem(rq, 409, "checkpoint %s is needed: operation log %s (%s) is not "
			       "over", checkpoint->id, rows_text(rows, 0, "run_id"),
			       rows_text(rows, 0, "operation"));
	return true;
}

static bool deletion_start(struct req *rq, const struct document *checkpoint)
{
	struct json_object *plan = json_get(checkpoint->json, "protection_plan");
	struct run run = {
		.operation = RUN_DELETE, .status = DELETING,
		.project_id = checkpoint->project_id, .checkpoint_id = checkpoint->id,
		.plan_id = json_get_string(plan, "id"),
		.provider_id = json_get_string(plan, "provider_id"),
	};

	return run_begin(rq, &run) &&
	       STORE_ASK(rq, &sql_run_delete_work, run.project_id, run.id,
			 run.checkpoint_id) != NULL;
}

static bool checkpoint_delete(struct req *rq)
{
	static const char *const from[] = { AVAILABLE, ERROR, ERROR_DELETING, NULL };
	struct document checkpoint;

	if (!checkpoint_lock(rq, &checkpoint))
		return false;
	if (!text_is_one_of(status_of(&checkpoint), from))
		return problem(rq, 409, "checkpoint %s is %s: it can be deleted when it is "
			       AVAILABLE ", " ERROR " or " ERROR_DELETING, checkpoint.id,
			       status_of(&checkpoint));
	return is_unused(rq, &checkpoint) && status_set(rq, &checkpoint, DELETING) &&
	       deletion_start(rq, &checkpoint) && reply_json(rq, 200, "{}");
}

/* ---- reset of the state --------------------------------------------------------------------- */

static const char *const reset_states[] = { AVAILABLE, ERROR, NULL };

static const struct field reset_fields[] = {
	{ .name = "state", .kinds = STRING, .flags = REQUIRED, .words = reset_states },
	{ 0 }
};
static const struct shape reset_shape = { .fields = reset_fields, .closed = true };
static const struct field reset_body_fields[] = {
	{ .name = "os-resetState", .kinds = OBJECT, .flags = REQUIRED, .shape = &reset_shape },
	{ 0 }
};
static const struct shape reset_body = { .fields = reset_body_fields, .closed = true,
					 .sample = "{\"os-resetState\": {\"state\": \"error\"}}" };

/* What was about to say otherwise is ended. */
static bool checkpoint_reset(struct req *rq)
{
	static const char *const from[] = { AVAILABLE, ERROR, COPYING, WAIT_COPYING, NULL };
	const char *state = json_get_string(json_get(rq->body, "os-resetState"), "state");
	struct document checkpoint;

	if (!checkpoint_lock(rq, &checkpoint))
		return false;
	if (!text_is_one_of(status_of(&checkpoint), from))
		return problem(rq, 400, "checkpoint %s is %s, and stays so until that is over",
			       checkpoint.id, status_of(&checkpoint));
	return status_set(rq, &checkpoint, state) &&
	       run_abandon(rq, checkpoint.project_id, checkpoint.id, state,
			   "the state of the checkpoint was reset") &&
	       reply_json(rq, 200, "{}");
}

/* ---- how it is reached ---------------------------------------------------------------------- */

#define CHECKPOINTS "/providers/{provider_id}/checkpoints"
#define CHECKPOINT CHECKPOINTS "/{checkpoint_id}"

static const struct route checkpoint_routes[] = {
	{ METHOD_GET, CHECKPOINTS, "provider:checkpoint_get_all", checkpoint_list, NULL, 0, 200 },
	{ METHOD_POST, CHECKPOINTS, "provider:checkpoint_create", checkpoint_create,
	  &checkpoint_create_body, OWN_TRANSACTION, 200 },
	{ METHOD_POST, CHECKPOINTS "/action", "copy:create", checkpoint_copy,
	  &checkpoint_copy_body, TELLS, 200 },
	{ METHOD_GET, CHECKPOINT, "provider:checkpoint_get", checkpoint_show, NULL, 0, 200 },
	{ METHOD_PUT, CHECKPOINT, "provider:checkpoint_update", checkpoint_reset, &reset_body,
	  TELLS, 200 },
	{ METHOD_DELETE, CHECKPOINT, "provider:checkpoint_delete", checkpoint_delete, NULL, TELLS,
	  200 },
	{ 0 }
};

static const char *const statuses[] = { PROTECTING, AVAILABLE, ERROR, DELETING, DELETED,
					ERROR_DELETING, WAIT_COPYING, COPYING, NULL };

static const struct field resource_fields[] = {
	{ .name = "id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "type", .kinds = STRING, .flags = REQUIRED },
	{ .name = "name", .kinds = STRING, .flags = REQUIRED },
	{ .name = "extra_info", .kinds = ANY },
	{ 0 }
};
static const struct shape resource_shape = { .fields = resource_fields };

static const struct field plan_fields[] = {
	{ .name = "id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "name", .kinds = STRING, .flags = REQUIRED },
	{ .name = "provider_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "resources", .kinds = ARRAY, .flags = REQUIRED, .shape = &resource_shape },
	{ 0 }
};
static const struct shape plan_shape = { .fields = plan_fields };

static const struct field shown_fields[] = {
	{ .name = "id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "project_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "status", .kinds = STRING, .flags = REQUIRED, .words = statuses },
	{ .name = "protection_plan", .kinds = OBJECT, .flags = REQUIRED, .shape = &plan_shape },
	{ .name = "resource_graph", .kinds = STRING, .flags = REQUIRED },
	{ .name = "created_at", .kinds = STRING, .flags = REQUIRED },
	{ .name = "extra_info", .kinds = STRING, .flags = REQUIRED },
	{ 0 }
};
static const struct shape shown_shape = { .fields = shown_fields, .wrapper = "checkpoint" };

const struct resource karbor_checkpoint = { "checkpoints", checkpoint_routes, "id", &shown_shape };
