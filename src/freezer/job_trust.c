/*
 * Jobs of central clients: their scheduler acts with a trust of who wrote the job (freezer-v1-v2
 * 4.3, D12, D16). Keystone is asked before the transaction, so nobody waits for it with a lock.
 */
#include "config.h"

#include "freezer/job_int.h"

#include "base/json.h"
#include "identity/identity.h"
#include "store/queries.h"
#include "store/store.h"

/* The client_id of a body; NULL when it has none, "" when it has an empty one. */
static const char *client_posted(struct req *rq)
{
	const char *client = json_get_string(rq->body, "client_id");

	return client == NULL && json_has(rq->body, "client_id") ? "" : client;
}

/* Who says what a job does, or where: others, its scheduler above all, only tell how it went. */
static bool says_what_to_do(struct req *rq)
{
	return json_has(rq->body, "client_id") || json_has(rq->body, "job_actions");
}

bool job_trust_make(struct req *rq, const char *id)
{
	enum trust_mode mode = identity_trust_mode();

	rq->trust_id = NULL;
	/* engines have no token: there is nobody to ask for a trust */
	if (mode == TRUST_NEVER || rq->token == NULL || req_is_v1(rq) || !says_what_to_do(rq))
		return true;
	struct rows *rows = STORE_ASK(rq, &sql_job_trust_wanted, req_project(rq), id,
				      client_posted(rq), rq->caller.user_id,
				      mode == TRUST_ALWAYS ? "true" : "false");
	if (rows == NULL)
		return false;
	return !rows_bool(rows, 0, "wanted") ||
	       identity_trust(rq, req_project(rq), &rq->trust_id);
}

bool job_trust_take(struct req *rq, const char *id)
{
	if (rq->trust_id == NULL)
		return true;
	struct rows *rows = STORE_ASK(rq, &sql_job_trust_set, req_project(rq), id, rq->trust_id);
	if (rows == NULL)
		return false;
	if (rows_count(rows) > 0)
		return true;
	rq->reply.retry_after = 1;
	return problem(rq, 503, "the trust for this job was given back meanwhile; try again");
}

bool job_trust_change(struct req *rq, const char *id)
{
	if (rq->trust_id != NULL)
		return job_trust_take(rq, id);
	return identity_trust_mode() != TRUST_CENTRAL ||
	       STORE_ASK(rq, &sql_job_trust_drop, req_project(rq), id) != NULL;
}
