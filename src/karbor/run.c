/* Runs: begun, given their work, abandoned. */
#include "config.h"

#include "karbor/run.h"

#include <json-c/json.h>

#include "base/arena.h"
#include "base/json.h"
#include "store/queries.h"
#include "store/store.h"

bool run_begin(struct req *rq, struct run *run)
{
	uuid_dashed(run->id);
	return STORE_ASK(rq, &sql_run_begin, run->project_id, run->id, rq->caller.user_id,
			 run->operation, run->status, run->checkpoint_id, run->plan_id,
			 run->provider_id, run->restore_id, run->scheduled_operation_id) != NULL;
}

bool run_add_work(struct req *rq, const struct run *run, struct json_object *work)
{
	return STORE_ASK(rq, &sql_run_work, run->project_id, run->id, run->operation,
			 run->checkpoint_id, json_text(rq->arena, work)) != NULL;
}

bool run_read_work(struct req *rq, const char *project_id, const char *checkpoint_id,
		   struct json_object **work)
{
	struct rows *rows = STORE_ASK(rq, &sql_run_work_read, project_id, checkpoint_id);
	struct json_error error;

	if (rows == NULL)
		return false;
	if (json_parse_stored(rq->arena, rows_text(rows, 0, "work"), rows_length(rows, 0, "work"),
			      work, &error))
		return true;
	return problem(rq, 500, "the work of checkpoint %s can't be read: %s", checkpoint_id,
		       error.reason);
}

bool run_abandon(struct req *rq, const char *project_id, const char *checkpoint_id,
		 const char *status, const char *reason)
{
	return STORE_ASK(rq, &sql_run_abandon, project_id, checkpoint_id, status, reason) != NULL;
}
