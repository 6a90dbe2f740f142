/* What the files of the session share: the lock, the members of a document, the handlers. */
#ifndef PERMAFROST_FREEZER_SESSION_H
#define PERMAFROST_FREEZER_SESSION_H

#include "base/req.h"
#include "store/doc.h"

#include <stdbool.h>
#include <stdint.h>

struct json_object;

/* Lock a session of the request's project; a 404 problem when there is none. */
bool session_lock(struct req *rq, const char *session_id, struct document *session);

void session_set_string(struct json_object *object, const char *key, const char *value);
void session_set_int(struct json_object *object, const char *key, int64_t value);

/* The object under `key`, put there when there is none. */
struct json_object *session_object(struct json_object *parent, const char *key);

/* ---- session_action.c ----------------------------------------------------------------------- */

/* POST /sessions/{session_id}/action: a job of the session starts or ends. */
bool session_act(struct req *rq);

/*
 * When every member has completed and the session has not, it completes at `now`: success if all
 * succeeded, else fail (spec freezer-v1-v2 4.5). A session without members stays as it is.
 */
void session_settle(struct json_object *session, int64_t now);

/* ---- session_job.c -------------------------------------------------------------------------- */

/* PUT and DELETE /sessions/{session_id}/jobs/{job_id} */
bool session_add_job(struct req *rq);
bool session_remove_job(struct req *rq);

#endif
