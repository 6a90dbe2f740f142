/* Runs whose work is over: the operation log ends, the checkpoint or the restore gets its status,
 * and the jobs go (spec data-protection-v1 3.6, 3.7, 4.7). */
#include "config.h"

#include "engine/engine_int.h"

#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "store/queries.h"
#include "store/store.h"

/* What becomes of what an operation is about. */
struct ending {
	const char *operation;
	const char *good, *bad;
	const char *checkpoint_in;   /* the status in which a checkpoint waits for it; NULL: none */
};

static const struct ending endings[] = {
	{ "protect", "available", "error", "protecting" },
	{ "delete", "deleted", "error-deleting", "deleting" },
	{ "copy", "available", "error", "copying" },
	{ "restore", "success", "fail", NULL },
	{ "verify", "success", "fail", NULL },
};

static const struct ending *ending_of(const char *operation)
{
	for (size_t n = 0; n < sizeof(endings) / sizeof(endings[0]); n++) {
		if (strcmp(endings[n].operation, operation) == 0)
			return &endings[n];
	}
	return NULL;
}

static bool run_end(struct req *rq, const struct rows *run, const struct ending *ending)
{
	const char *project = rows_text(run, 0, "project_id"), *id = rows_text(run, 0, "id");
	struct rows *outcome = STORE_ASK(rq, &sql_run_outcome, project, id);

	if (outcome == NULL)
		return false;
	bool has_failed = rows_bool(outcome, 0, "has_failed");
	const char *status = has_failed ? ending->bad : ending->good;
	if (STORE_ASK(rq, &sql_run_end, project, id, status,
		      rows_text(outcome, 0, "reason")) == NULL)
		return false;
	if (ending->checkpoint_in != NULL)
		return STORE_ASK(rq, &sql_checkpoint_settle, project,
				 rows_text(run, 0, "checkpoint_id"), ending->checkpoint_in,
				 status) != NULL;
	return STORE_ASK(rq, &sql_attempt_settle, project, id, status,
			 rows_text(outcome, 0, "statuses"),
			 rows_text(outcome, 0, "reasons")) != NULL;
}

enum outcome run_settle(struct req *rq)
{
	struct rows *run = STORE_ASK(rq, &sql_run_claim);

	if (run == NULL)
		return OUTCOME_FAILED;
	if (rows_count(run) == 0)
		return OUTCOME_IDLE;
	const struct ending *ending = ending_of(rows_text(run, 0, "operation"));
	if (ending == NULL) {
		problem(rq, 500, "operation log %s has an operation that engines do not know",
			rows_text(run, 0, "id"));
		return OUTCOME_FAILED;
	}
	return run_end(rq, run, ending) ? OUTCOME_DONE : OUTCOME_FAILED;
}

enum outcome run_sweep(struct req *rq)
{
	struct rows *run = STORE_ASK(rq, &sql_run_litter);

	if (run == NULL)
		return OUTCOME_FAILED;
	if (rows_count(run) == 0)
		return OUTCOME_IDLE;
	const struct owner owner = { rows_text(run, 0, "project_id"),
				     rows_text(run, 0, "user_id") };
	return jobs_delete(rq, &owner, rows_text(run, 0, "id")) ? OUTCOME_DONE : OUTCOME_FAILED;
}
