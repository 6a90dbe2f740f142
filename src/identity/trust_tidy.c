/*
 * Trusts that no job uses any more are given back to Keystone. They are put down in the transaction
 * that deletes the last job, and given back when the reply is out: a Keystone that is away keeps
 * nobody from deleting a job, and loses no trust.
 */
#include "config.h"

#include "identity/identity.h"
#include "identity/keystone.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "store/queries.h"
#include "store/store.h"

#define SECOND_US INT64_C(1000000)
#define PAUSE_US (60 * SECOND_US)      /* each worker looks so often for what others left */

static int64_t look_at_us;              /* monotonic */

bool identity_trust_release(struct req *rq, const char *project, const char *trust_id)
{
	look_at_us = 0;
	return STORE_ASK(rq, &sql_trust_lock, project, trust_id) != NULL &&
	       STORE_ASK(rq, &sql_trust_release, project, trust_id) != NULL;
}

/* The status of a DELETE with that token; 0 for no answer. */
static int delete_as(struct req *rq, const char *token, const char *url, int64_t deadline_us)
{
	struct http_answer answer;

	return keystone_ask(rq->arena, &(struct keystone_call){
		.method = "DELETE", .url = url, .token = token, .deadline_us = deadline_us,
	}, &answer) ? answer.status : 0;
}

/* A service user that is no administrator may not delete trusts, but who gave it may. */
static bool give_back(struct req *rq, const struct keystone_service *service, const char *trust_id,
		      int64_t deadline_us)
{
	const char *url = arena_printf(rq->arena, "%s/OS-TRUST/trusts/%s", service->url, trust_id);
	int status = delete_as(rq, service->token, url, deadline_us);

	if (status == 403) {
		/* the trust itself lets us act for who gave it, who may always take it back */
		struct http_answer answer;
		if (keystone_trust_login(rq->arena, service, trust_id, deadline_us, &answer) &&
		    answer.status == 201)
			status = delete_as(rq, answer.headers[KEYSTONE_SUBJECT_TOKEN], url,
					   deadline_us);
	}
	return status == 204 || status == 404;
}

/* False when the rest had better wait. */
static bool give_back_next(struct req *rq, const char *trust_id, const char *tries)
{
	int64_t start = clock_monotonic_us();
	int64_t deadline = start + keystone_settings.request_timeout * SECOND_US;
	const char *failure = "it does not delete a trust";
	const struct keystone_service *service = keystone_service(rq->arena, deadline, &failure);

	if (service != NULL && give_back(rq, service, trust_id, deadline))
		return STORE_ASK(rq, &sql_trust_forget, trust_id) != NULL;
	log_warning("trust %s is not given back to Keystone yet, after %s tries: %s", trust_id,
		    tries, failure);
	return false;
}

void identity_tidy(struct req *rq)
{
	int64_t now = clock_monotonic_us();

	if (identity_is_standalone() || now < look_at_us || keystone_is_resting())
		return;
	look_at_us = now + PAUSE_US;
	if (STORE_ASK(rq, &sql_trust_release_unused) == NULL)
		return;
	struct rows *rows = STORE_ASK(rq, &sql_trust_claim);
	for (int n = 0; rows != NULL && n < rows_count(rows); n++) {
		if (!give_back_next(rq, rows_text(rows, n, "trust_id"),
				    rows_text(rows, n, "tries")))
			return;
	}
}
