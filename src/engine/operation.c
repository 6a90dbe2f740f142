/* Scheduled operations whose trigger fired: a checkpoint each, and what retention takes away
 * (spec data-protection-v1 4.5, 4.6). */
#include "config.h"

#include "engine/engine_int.h"

#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "store/queries.h"
#include "store/store.h"

#define TRIES_MAX 7           /* then it has failed: 10 s, 20 s, ... make about 21 minutes */
#define CLOUD_REST_FACTOR 2

/* One run of an operation; strings live in the request. */
struct operation_run {
	struct owner owner;
	const char *operation_id, *fire_time, *state, *provider_id, *plan_id;
	const char *trust_id;    /* to act for the owner at Keystone; NULL: none */
	int64_t tries;           /* so often it could not be started yet */
};

static struct operation_run run_read(const struct rows *rows)
{
	return (struct operation_run){
		.owner = { rows_text(rows, 0, "project_id"), rows_text(rows, 0, "user_id") },
		.operation_id = rows_text(rows, 0, "operation_id"),
		.fire_time = rows_text(rows, 0, "fire_time"),
		.state = rows_text(rows, 0, "state"),
		.provider_id = rows_text(rows, 0, "provider_id"),
		.plan_id = rows_text(rows, 0, "plan_id"),
	};
}

static bool run_set(struct req *rq, const struct operation_run *run, const char *state,
		    const char *checkpoint_id, const char *reason)
{
	return STORE_ASK(rq, &sql_operation_set, run->owner.project_id, run->operation_id,
			 run->fire_time, state, checkpoint_id, reason, run->state) != NULL;
}

/* ---- starting ------------------------------------------------------------------------------- */

static void text_set(struct json_object *object, const char *name, const char *value)
{
	json_object_object_add(object, name, json_object_new_string(value));
}

static struct json_object *checkpoint_body(struct req *rq, const struct operation_run *run,
					   const char *trigger_id)
{
	struct json_object *body = json_own(rq->arena, json_object_new_object());
	struct json_object *checkpoint = json_object_new_object();
	struct json_object *info = json_object_new_object();

	text_set(info, "created_by", "operation-engine");
	text_set(info, "trigger_id", trigger_id);
	text_set(info, "scheduled_operation_id", run->operation_id);
	text_set(checkpoint, "plan_id", run->plan_id);
	json_object_object_add(checkpoint, "extra_info", info);
	json_object_object_add(body, "checkpoint", checkpoint);
	return body;
}

/* The id of the checkpoint in a reply. */
static const char *checkpoint_of(struct req *rq)
{
	struct json_object *checkpoint;
	struct json_error error;

	if (!json_parse_stored(rq->arena, rq->reply.text, rq->reply.len, &checkpoint, &error))
		return NULL;
	return json_get_string(checkpoint, "id");
}

static bool run_protect(struct req *rq, const struct operation_run *run, const char *trigger_id)
{
	const char *path = arena_printf(rq->arena, "/providers/%s/checkpoints", run->provider_id);

	rq->trust_id = run->trust_id;
	return engine_ask(rq, &run->owner, &(struct engine_call){
		.service = SERVICE_DATA_PROTECT, .method = METHOD_POST, .path = path,
		.body = checkpoint_body(rq, run, trigger_id) }) &&
	       run_set(rq, run, "started", checkpoint_of(rq), NULL);
}

/* What can't be done is told in the run; nothing else of it stays. */
static bool run_fail(struct req *rq, const struct operation_run *run)
{
	const char *reason;

	return engine_take_back(rq, &reason) && run_set(rq, run, "failed", NULL, reason);
}

/* A cloud that makes engines wait is left alone for twice as long, so that no engine spends more
 * than a third of its time on it: there are others' checkpoints to settle. */
static int64_t cloud_alone_until_us;    /* monotonic */

static void cloud_leave_alone(int64_t since_us)
{
	int64_t now = clock_monotonic_us();

	cloud_alone_until_us = now + CLOUD_REST_FACTOR * (now - since_us);
}

/* What could not be asked now is asked later, unless that was tried long enough. When PostgreSQL
 * was what was away, it can't be written down either. */
static bool run_put_off(struct req *rq, const struct operation_run *run)
{
	const char *reason = rq->problem.description;

	store_rollback();
	rq->problem = (struct problem){ 0 };
	if (!store_begin(rq))
		return false;
	if (run->tries >= TRIES_MAX)
		return run_set(rq, run, "failed", NULL, reason);
	log_warning("operation %s is tried again later: %s", run->operation_id, reason);
	return STORE_ASK(rq, &sql_operation_defer, run->owner.project_id, run->operation_id,
			 run->fire_time, reason) != NULL;
}

static bool run_start(struct req *rq, const struct operation_run *run, const char *trigger_id)
{
	int64_t since_us = clock_monotonic_us();

	if (run_protect(rq, run, trigger_id))
		return true;
	if (rq->problem.status != 503)
		return run_fail(rq, run);
	cloud_leave_alone(since_us);
	return run_put_off(rq, run);
}

enum outcome operation_start(struct req *rq)
{
	bool is_alone = clock_monotonic_us() < cloud_alone_until_us;
	struct rows *rows = STORE_ASK(rq, &sql_operation_claim, is_alone ? "true" : "false");

	if (rows == NULL)
		return OUTCOME_FAILED;
	if (rows_count(rows) == 0)
		return OUTCOME_IDLE;
	struct operation_run run = run_read(rows);
	run.trust_id = rows_text(rows, 0, "trust_id");
	run.tries = rows_int(rows, 0, "tries");
	const char *obstacle = rows_text(rows, 0, "obstacle");
	bool done = obstacle != NULL ? run_set(rq, &run, "skipped", NULL, obstacle) :
		    run_start(rq, &run, rows_text(rows, 0, "trigger_id"));
	return done ? OUTCOME_DONE : OUTCOME_FAILED;
}

/* ---- ending --------------------------------------------------------------------------------- */

/* A limit below 1 is none. */
static const char *limit_of(const struct rows *rows, const char *column)
{
	const char *text = rows_text(rows, 0, column);
	return text == NULL || strtoll(text, NULL, 10) < 1 ? NULL : text;
}

/* Delete what need not be kept; one that is in use stays until the next time. */
static bool retain(struct req *rq, const struct operation_run *run, const struct rows *rows)
{
	const char *count = limit_of(rows, "max_backups");
	const char *days = limit_of(rows, "retention_duration");

	if (count == NULL && days == NULL)
		return true;
	struct rows *old = STORE_ASK(rq, &sql_retention_find, run->owner.project_id, run->plan_id,
				     run->provider_id, count, days);
	if (old == NULL)
		return false;
	for (int row = 0; row < rows_count(old); row++) {
		const char *path = arena_printf(rq->arena, "/providers/%s/checkpoints/%s",
						run->provider_id, rows_text(old, row, "id"));
		if (!engine_ask(rq, &run->owner, &(struct engine_call){
			.service = SERVICE_DATA_PROTECT, .method = METHOD_DELETE, .path = path }) &&
		    rq->problem.status != 409)
			return false;
	}
	return true;
}

static bool run_end(struct req *rq, const struct operation_run *run, const struct rows *rows)
{
	const char *status = rows_text(rows, 0, "status");

	if (strcmp(status, "available") != 0)
		return run_set(rq, run, "failed", NULL,
			       arena_printf(rq->arena, "its checkpoint is %s", status));
	if (strcmp(rows_text(rows, 0, "operation_type"), "retention_protect") == 0 &&
	    !retain(rq, run, rows))
		return false;
	return run_set(rq, run, "succeeded", NULL, NULL);
}

enum outcome operation_settle(struct req *rq)
{
	struct rows *rows = STORE_ASK(rq, &sql_operation_over);

	if (rows == NULL)
		return OUTCOME_FAILED;
	if (rows_count(rows) == 0)
		return OUTCOME_IDLE;
	const struct operation_run run = run_read(rows);
	return run_end(rq, &run, rows) || run_fail(rq, &run) ? OUTCOME_DONE : OUTCOME_FAILED;
}
