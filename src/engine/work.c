/* Work items: each becomes a job of an agent, and ends as the agent reports. */
#include "config.h"

#include "engine/engine_int.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "provider/provider.h"
#include "store/queries.h"
#include "store/store.h"

/* A claimed item. */
struct item {
	struct owner owner;
	const char *run_id, *number, *job_id;
	const char *operation_name, *checkpoint_id, *type;
	const struct provider *provider;       /* NULL: its file is gone */
	enum provider_operation operation;
	struct json_object *values;
	bool is_doomed;                        /* what it needs failed */
	bool is_unsaved;                       /* no agent saved anything of it */
	bool is_protected;                     /* its protection was done, if by nobody */
};

/* ---- reading -------------------------------------------------------------------------------- */

static enum provider_operation operation_of(const char *name)
{
	static const char *const names[PROVIDER_OPERATION_COUNT] = {
		[PROVIDER_PROTECT] = "protect", [PROVIDER_RESTORE] = "restore",
		[PROVIDER_DELETE] = "delete", [PROVIDER_VERIFY] = "verify",
		[PROVIDER_COPY] = "copy",
	};
	enum provider_operation operation = PROVIDER_PROTECT;

	while (operation + 1 < PROVIDER_OPERATION_COUNT && strcmp(names[operation], name) != 0)
		operation++;
	return operation;
}

static bool item_read(struct req *rq, const struct rows *rows, struct item *item)
{
	struct json_error error;

	*item = (struct item){
		.owner = { rows_text(rows, 0, "project_id"), rows_text(rows, 0, "user_id") },
		.run_id = rows_text(rows, 0, "run_id"), .number = rows_text(rows, 0, "n"),
		.job_id = rows_text(rows, 0, "job_id"),
		.operation_name = rows_text(rows, 0, "operation"),
		.checkpoint_id = rows_text(rows, 0, "checkpoint_id"),
		.type = rows_text(rows, 0, "resource_type"),
		.provider = provider_find(rows_text(rows, 0, "provider_id")),
		.is_doomed = rows_bool(rows, 0, "is_doomed"),
		.is_unsaved = rows_bool(rows, 0, "is_unsaved"),
		.is_protected = rows_bool(rows, 0, "is_protected"),
	};
	item->operation = operation_of(item->operation_name);
	return json_parse_stored(rq->arena, rows_text(rows, 0, "values"),
				 rows_length(rows, 0, "values"), &item->values, &error) ||
	       problem(rq, 500, "work item %s of run %s can't be read: %s", item->number,
		       item->run_id, error.reason);
}

/* ---- ending --------------------------------------------------------------------------------- */

static bool item_end(struct req *rq, const struct item *item, const char *reason)
{
	return STORE_ASK(rq, &sql_work_end, item->owner.project_id, item->run_id, item->number,
			 reason == NULL ? "done" : "failed", reason) != NULL;
}

/* What can't be done is a failed item. */
static bool item_give_up(struct req *rq, const struct item *item)
{
	const char *reason;

	return engine_take_back(rq, &reason) && item_end(rq, item, reason);
}

/* ---- starting ------------------------------------------------------------------------------- */

/* Nothing for an agent to do: what depends on it is saved, or nothing is there to delete. */
static bool is_for_nobody(const struct item *item)
{
	if (item->operation == PROVIDER_PROTECT)
		return !provider_acts(item->provider, item->type, PROVIDER_PROTECT);
	return item->is_unsaved && (item->is_protected || item->operation == PROVIDER_DELETE);
}

/* An operator may call a checkpoint available that is not whole. */
static bool is_lost(const struct item *item)
{
	return item->operation != PROVIDER_PROTECT && item->is_unsaved;
}

static const char *description(struct req *rq, const struct item *item)
{
	return arena_printf(rq->arena, "%s of %s %s, checkpoint %s", item->operation_name,
			    item->type, json_get_string(json_get(item->values, "resource"), "id"),
			    item->checkpoint_id);
}

static bool item_hand_over(struct req *rq, const struct item *item)
{
	struct provider_work work;
	const char *why;

	if (!provider_work(rq->arena, item->provider, item->type, item->operation, item->values,
			   &work, &why))
		return problem(rq, 422, "%s", why);
	if (item->operation == PROVIDER_COPY &&
	    STORE_ASK(rq, &sql_checkpoint_settle, item->owner.project_id, item->checkpoint_id,
		      "wait_copying", "copying") == NULL)
		return false;
	return job_make(rq, &item->owner, item->run_id, item->job_id, &work,
			description(rq, item)) &&
	       STORE_ASK(rq, &sql_work_start, item->owner.project_id, item->run_id, item->number,
			 json_text(rq->arena, work.job_action)) != NULL;
}

static bool item_start(struct req *rq, const struct item *item)
{
	if (item->is_doomed && item->operation != PROVIDER_DELETE)
		return item_end(rq, item, "not begun, as another resource failed");
	if (item->provider == NULL)
		return item_end(rq, item, "the provider is gone");
	if (is_for_nobody(item))
		return item_end(rq, item, NULL);
	if (is_lost(item))
		return item_end(rq, item, "nothing of it was saved");
	return item_hand_over(rq, item) || item_give_up(rq, item);
}

enum outcome work_start(struct req *rq)
{
	struct rows *rows = STORE_ASK(rq, &sql_work_claim);
	struct item item;

	if (rows == NULL)
		return OUTCOME_FAILED;
	if (rows_count(rows) == 0)
		return OUTCOME_IDLE;
	if (item_read(rq, rows, &item) ? item_start(rq, &item) : item_give_up(rq, &item))
		return OUTCOME_DONE;
	return OUTCOME_FAILED;
}

enum outcome work_settle(struct req *rq)
{
	struct rows *rows = STORE_ASK(rq, &sql_work_settle,
				      arena_printf(rq->arena, "%" PRId64,
						   engine_settings.work_timeout));

	if (rows == NULL)
		return OUTCOME_FAILED;
	return rows_touched(rows) > 0 ? OUTCOME_DONE : OUTCOME_IDLE;
}
