/* Jobs for agents: made, started and removed as a client of the Freezer API would. */
#include "config.h"

#include "engine/engine_int.h"

#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "provider/provider.h"
#include "store/queries.h"
#include "store/store.h"

#define DESCRIPTION_MARK "permafrost:"   /* see permafrost.job_ended() */

/* ---- small pieces --------------------------------------------------------------------------- */

static bool ask(struct req *rq, const struct owner *owner, enum method method, const char *path,
		struct json_object *body)
{
	return engine_ask(rq, owner, &(struct engine_call){
		.service = SERVICE_BACKUP, .method = method, .path = path, .body = body });
}

static struct json_object *object_new(struct req *rq)
{
	return json_own(rq->arena, json_object_new_object());
}

static void text_set(struct json_object *object, const char *name, const char *value)
{
	json_object_object_add(object, name, json_object_new_string(value));
}

/* The session of a run: its id without hyphens, which Freezer's ids have not. */
static const char *session_of(struct req *rq, const char *run_id)
{
	char *id = arena_strdup(rq->arena, run_id);
	char *to = id;

	for (const char *at = run_id; *at != '\0'; at++) {
		if (*at != '-')
			*to++ = *at;
	}
	*to = '\0';
	return id;
}

/* ---- making --------------------------------------------------------------------------------- */

/* Made with the first job of the run. */
static bool session_make(struct req *rq, const struct owner *owner, const char *session_id,
			 const char *description)
{
	struct document session;
	bool found;

	if (!doc_read(rq, KIND_SESSIONS, (struct scope){ .project = owner->project_id },
		      session_id, &session, &found))
		return false;
	if (found)
		return true;
	struct json_object *body = object_new(rq);
	text_set(body, "description", description);
	json_object_object_add(body, "schedule", json_object_new_object());
	json_object_object_add(body, "session_tag", json_object_new_int(0));
	return ask(rq, owner, METHOD_PUT, arena_printf(rq->arena, "/sessions/%s", session_id),
		   body);
}

static bool client_choose(struct req *rq, const char *job_id, const char **client_id)
{
	struct rows *rows = STORE_ASK(rq, &sql_central_client, job_id);

	if (rows == NULL)
		return false;
	if (rows_count(rows) == 0)
		return problem(rq, 422, "there is no central scheduler to do it");
	*client_id = rows_text(rows, 0, "id");
	return true;
}

bool job_make(struct req *rq, const struct owner *owner, const char *run_id, const char *job_id,
	      const struct provider_work *work, const char *description)
{
	const char *session_id = session_of(rq, run_id);
	const char *client_id = work->client_id;
	struct json_object *job = object_new(rq), *start = object_new(rq);
	struct json_object *actions = json_object_new_array();
	const char *text = arena_printf(rq->arena, DESCRIPTION_MARK " %s", description);

	if (client_id == NULL && !client_choose(rq, job_id, &client_id)) {
		json_object_put(actions);
		return false;
	}
	text_set(job, "job_id", job_id);
	text_set(job, "client_id", client_id);
	text_set(job, "description", text);
	json_object_array_add(actions, json_object_get(work->job_action));
	json_object_object_add(job, "job_actions", actions);
	json_object_object_add(start, "start", NULL);
	return session_make(rq, owner, session_id, text) &&
	       ask(rq, owner, METHOD_POST, "/jobs", job) &&
	       ask(rq, owner, METHOD_PUT, arena_printf(rq->arena, "/sessions/%s/jobs/%s",
						       session_id, job_id), NULL) &&
	       ask(rq, owner, METHOD_POST, arena_printf(rq->arena, "/jobs/%s/event", job_id),
		   start);
}

/* ---- removing ------------------------------------------------------------------------------- */

/* Delete it, unless somebody else uses it meanwhile. */
static bool forget(struct req *rq, const struct owner *owner, const char *path)
{
	return ask(rq, owner, METHOD_DELETE, path, NULL) || rq->problem.status < 500;
}

bool jobs_delete(struct req *rq, const struct owner *owner, const char *run_id)
{
	struct rows *rows = STORE_ASK(rq, &sql_run_jobs, owner->project_id, run_id);

	if (rows == NULL)
		return false;
	for (int row = 0; row < rows_count(rows); row++) {
		const char *job = rows_text(rows, row, "job_id");
		const char *action = rows_text(rows, row, "action_id");
		if (!forget(rq, owner, arena_printf(rq->arena, "/jobs/%s", job)) ||
		    (action != NULL &&
		     !forget(rq, owner, arena_printf(rq->arena, "/actions/%s", action))))
			return false;
	}
	return forget(rq, owner, arena_printf(rq->arena, "/sessions/%s", session_of(rq, run_id)));
}
