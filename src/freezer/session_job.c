/* Membership: a job and its session know of each other, and change together. */
#include "config.h"

#include "freezer/freezer.h"
#include "freezer/session.h"

#include <string.h>

#include <json-c/json.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"

static const char *session_of(struct json_object *job)
{
	const char *session_id = json_get_string(job, "session_id");
	return session_id == NULL ? "" : session_id;
}

/* ---- leaving -------------------------------------------------------------------------------- */

/* A run that only waited for this job is over. */
static void member_drop(struct json_object *session, const char *job_id)
{
	const char *status = json_get_string(session, "status");

	json_object_object_del(session_object(session, "jobs"), job_id);
	if (status != NULL && strcmp(status, "running") == 0)
		session_settle(session, clock_now());
}

bool session_forget_job(struct req *rq, const char *project, const char *session_id,
			const char *job_id)
{
	struct document session;
	bool found;

	if (!doc_lock(rq, KIND_SESSIONS, (struct scope){ .project = project }, session_id,
		      &session, &found))
		return false;
	if (!found || !json_has(json_get(session.json, "jobs"), job_id))
		return true;
	member_drop(session.json, job_id);
	return document_save(rq, KIND_SESSIONS, &session);
}

static void job_release(struct json_object *job)
{
	session_set_string(job, "session_id", "");
	session_set_int(job, "session_tag", 0);
	session_set_string(session_object(job, "job_schedule"), "event", "stop");
}

/* A session lets go of any member, but tells nothing of jobs that are not the caller's to see. */
static bool is_in_scope(const struct req *rq, const struct document *job)
{
	const char *owner = req_owner(rq);
	return owner == NULL || strcmp(owner, job->user_id) == 0;
}

bool session_remove_job(struct req *rq)
{
	const char *session_id = req_word(rq, "session_id");
	const char *job_id = req_word(rq, "job_id");
	struct document session, job;
	bool found;

	if (!session_lock(rq, session_id, &session) ||
	    !doc_lock(rq, KIND_JOBS, (struct scope){ .project = req_project(rq) }, job_id, &job,
		      &found))
		return false;
	bool is_member = json_has(json_get(session.json, "jobs"), job_id);
	if (!is_member && (!found || !is_in_scope(rq, &job)))
		return doc_missing(rq, KIND_JOBS, job_id);
	if (is_member)
		member_drop(session.json, job_id);
	if (!document_save(rq, KIND_SESSIONS, &session))
		return false;
	if (found && strcmp(session_of(job.json), session_id) == 0) {
		job_release(job.json);
		if (!document_save(rq, KIND_JOBS, &job))
			return false;
	}
	return reply_empty(rq, 204);
}

/* ---- joining -------------------------------------------------------------------------------- */

/* What the session knows of its member: how the job stands now. */
static struct json_object *job_snapshot(struct json_object *job)
{
	static const char *const shared[] = { "status", "result", "time_started", "time_ended" };
	struct json_object *member = json_object_new_object();
	struct json_object *schedule = json_get(job, "job_schedule");
	const char *client_id = json_get_string(job, "client_id");

	session_set_string(member, "client_id", client_id == NULL ? "" : client_id);
	session_set_string(member, "status", "");
	session_set_string(member, "result", "");
	session_set_int(member, "time_started", -1);
	session_set_int(member, "time_ended", -1);
	for (size_t n = 0; n < sizeof(shared) / sizeof(shared[0]); n++) {
		struct json_object *value = json_get(schedule, shared[n]);
		if (value != NULL)
			json_object_object_add(member, shared[n], json_object_get(value));
	}
	return member;
}

/* The job runs when its session says; times and process are its own. */
static void job_join(struct json_object *job, struct json_object *session)
{
	static const char *const copied[] = { "event", "status", "result" };
	struct json_object *schedule = session_object(job, "job_schedule");
	struct json_object *shared = session_object(session, "schedule");

	session_set_string(job, "session_id", json_get_string(session, "session_id"));
	session_set_int(job, "session_tag", json_get_int(session, "session_tag", 0));
	schedule_take_keys(schedule, shared);
	for (size_t n = 0; n < sizeof(copied) / sizeof(copied[0]); n++) {
		const char *value = json_get_string(shared, copied[n]);
		if (value != NULL)
			session_set_string(schedule, copied[n], value);
	}
}

/* The session a job is in, read without a lock; NULL with a problem set. */
static const char *session_read_of(struct req *rq, const char *job_id)
{
	struct document job;
	struct json_error error;
	bool found;

	if (!doc_read(rq, KIND_JOBS, req_scope(rq), job_id, &job, &found))
		return NULL;
	if (!found) {
		doc_missing(rq, KIND_JOBS, job_id);
		return NULL;
	}
	return json_parse_stored(rq->arena, job.text, job.len, &job.json, &error) ?
		session_of(job.json) : "";
}

/* Lock the session and make the job leave the one it is in, in the order of their ids. */
static bool sessions_lock(struct req *rq, const char *session_id, const char *former,
			  const char *job_id, struct document *session)
{
	int order = *former == '\0' ? 0 : strcmp(former, session_id);

	if (order < 0 && !session_forget_job(rq, req_project(rq), former, job_id))
		return false;
	if (!session_lock(rq, session_id, session))
		return false;
	return order <= 0 || session_forget_job(rq, req_project(rq), former, job_id);
}

/*
 * Lock the job. If it moved since it was read unlocked, it leaves that session too: out of order,
 * which PostgreSQL notices if it matters, and the request is run again.
 */
static bool job_lock(struct req *rq, const char *session_id, const char *former,
		     const char *job_id, struct document *job)
{
	bool found;

	if (!doc_lock(rq, KIND_JOBS, req_scope(rq), job_id, job, &found))
		return false;
	if (!found)
		return doc_missing(rq, KIND_JOBS, job_id);
	const char *present = session_of(job->json);
	if (*present == '\0' || strcmp(present, session_id) == 0 || strcmp(present, former) == 0)
		return true;
	return session_forget_job(rq, req_project(rq), present, job_id);
}

bool session_add_job(struct req *rq)
{
	const char *session_id = req_word(rq, "session_id");
	const char *job_id = req_word(rq, "job_id");
	const char *former = session_read_of(rq, job_id);
	struct document session, job;

	if (former == NULL || !sessions_lock(rq, session_id, former, job_id, &session) ||
	    !job_lock(rq, session_id, former, job_id, &job))
		return false;
	json_object_object_add(session_object(session.json, "jobs"), job_id,
			       job_snapshot(job.json));
	job_join(job.json, session.json);
	if (!document_save(rq, KIND_SESSIONS, &session) || !document_save(rq, KIND_JOBS, &job))
		return false;
	return reply_empty(rq, 204);
}
