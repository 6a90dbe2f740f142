/* Runs: what is done about a checkpoint. A run is one operation log, and one work item for each
 * resource, which the engine carries out (spec data-protection-v1 3.9, 4.7). */
#ifndef PERMAFROST_KARBOR_RUN_H
#define PERMAFROST_KARBOR_RUN_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/req.h"

struct json_object;

struct run {
	const char *operation;               /* RUN_PROTECT and its like */
	const char *status;                  /* as it begins: that of what it makes */
	const char *project_id;              /* whose run it is */
	const char *checkpoint_id;
	const char *plan_id;                 /* those that it has, else NULL */
	const char *provider_id;
	const char *restore_id;
	const char *scheduled_operation_id;  /* shown only if it is one of the project */
	char id[UUID_DASHED_SIZE];           /* set by run_begin() */
};

#define RUN_PROTECT "protect"
#define RUN_DELETE "delete"
#define RUN_RESTORE "restore"
#define RUN_VERIFY "verify"
#define RUN_COPY "copy"

/* Write the operation log of a run that begins now. False with a problem set. */
bool run_begin(struct req *rq, struct run *run);

/*
 * Add its work items; the engines hear of them when the transaction is through. `work` is an array
 * of {"n", "type", "id", "name", "extra_info", "parameters", "waits_for"}: n is the resource's
 * number in the graph, waits_for an array of the numbers that must be done before. False with a
 * problem set.
 */
bool run_add_work(struct req *rq, const struct run *run, struct json_object *work);

/* The work that made a checkpoint, as run_add_work() takes it; it belongs to the request. False
 * with a problem set. */
bool run_read_work(struct req *rq, const char *project_id, const char *checkpoint_id,
		   struct json_object **work);

/* End the runs that write a checkpoint and are not over, with the status and a reason. False with a
 * problem set. */
bool run_abandon(struct req *rq, const char *project_id, const char *checkpoint_id,
		 const char *status, const char *reason);

#endif
