/* Session actions: the jobs of a session start and end together, and share the tag of the run. */
#include "config.h"

#include "freezer/freezer.h"
#include "freezer/session.h"

#include <string.h>

#include <json-c/json.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "store/doc.h"

#define HOLD_OFF_UNKNOWN 60   /* of a session that holds none, though new ones get 30 */

/* What a scheduler asks for. */
struct request {
	const char *job_id;
	int64_t tag;          /* start: the tag it knows */
	const char *result;   /* end: how its job went */
};

static bool is_string(struct json_object *object, const char *key, const char *value)
{
	const char *text = json_get_string(object, key);
	return text != NULL && strcmp(text, value) == 0;
}

/* The entry of a job in the session's map; a 400 problem when the job is no member. */
static struct json_object *member_find(struct req *rq, struct json_object *session,
				       const char *job_id)
{
	struct json_object *member = json_get(json_get(session, "jobs"), job_id);

	if (member == NULL)
		problem(rq, 400, "job_id %s is not in the session", job_id);
	return member;
}

/* ---- start ---------------------------------------------------------------------------------- */

enum verdict { TAG_TOO_HIGH, JOINS_RUN, HOLDS_OFF, STARTS_RUN, OUT_OF_SYNC };

/* The table of spec freezer-v1-v2 4.5, in its order. */
static enum verdict start_judge(int64_t claimed, int64_t tag, bool within_hold_off)
{
	if (claimed > tag)
		return TAG_TOO_HIGH;
	if (within_hold_off)
		return claimed < tag ? JOINS_RUN : HOLDS_OFF;
	return claimed == tag ? STARTS_RUN : OUT_OF_SYNC;
}

/* A session that never started is outside of any window; the boundary itself is inside. */
static bool session_holds_off(struct json_object *session, int64_t now)
{
	int64_t began = json_get_int(session, "time_start", -1);
	return began >= 0 && now - began <= json_get_int(session, "hold_off", HOLD_OFF_UNKNOWN);
}

/* Entries of the run before would make this one look completed (its D23). */
static void members_reset(struct json_object *session)
{
	json_object_object_foreach(session_object(session, "jobs"), job_id, member) {
		(void)job_id;
		session_set_string(member, "status", "scheduled");
		session_set_string(member, "result", "");
	}
}

static bool run_begin(struct req *rq, struct json_object *session, int64_t now)
{
	int64_t tag;

	if (__builtin_add_overflow(json_get_int(session, "session_tag", 0), 1, &tag))
		return problem(rq, 400, "session_tag is at its end");
	session_set_int(session, "session_tag", tag);
	session_set_int(session, "time_start", now);
	session_set_string(session, "status", "running");
	session_set_string(session, "result", "");
	members_reset(session);
	return true;
}

static bool session_start(struct req *rq, struct json_object *session,
			  const struct request *request, int64_t now, const char **result)
{
	int64_t tag = json_get_int(session, "session_tag", 0);
	enum verdict verdict = start_judge(request->tag, tag, session_holds_off(session, now));

	if (verdict == TAG_TOO_HIGH)
		return problem(rq, 400, "current_tag %lld is higher than the session's tag %lld",
			       (long long)request->tag, (long long)tag);
	*result = verdict == HOLDS_OFF ? "hold-off" : "out-of-sync";
	if (verdict == HOLDS_OFF || verdict == OUT_OF_SYNC)
		return true;
	struct json_object *member = member_find(rq, session, request->job_id);
	if (member == NULL || (verdict == STARTS_RUN && !run_begin(rq, session, now)))
		return false;
	session_set_string(member, "status", "running");
	session_set_string(member, "result", "");
	session_set_int(member, "time_started", now);
	*result = "success";
	return true;
}

/* ---- end ------------------------------------------------------------------------------------ */

void session_settle(struct json_object *session, int64_t now)
{
	struct json_object *jobs = session_object(session, "jobs");
	bool success = true;

	if (is_string(session, "status", "completed") || json_object_object_length(jobs) == 0)
		return;
	json_object_object_foreach(jobs, job_id, member) {
		(void)job_id;
		if (!is_string(member, "status", "completed"))
			return;
		if (!is_string(member, "result", "success"))
			success = false;
	}
	session_set_int(session, "time_end", now);
	session_set_string(session, "result", success ? "success" : "fail");
	session_set_string(session, "status", "completed");
}

/* The tag is not looked at: a job that ran on without its session ends in it all the same. */
static bool session_end(struct req *rq, struct json_object *session,
			const struct request *request, int64_t now, const char **result)
{
	struct json_object *member = member_find(rq, session, request->job_id);

	if (member == NULL)
		return false;
	session_set_string(member, "status", "completed");
	session_set_string(member, "result", request->result);
	session_set_int(member, "time_ended", now);
	session_settle(session, now);
	*result = "success";
	return true;
}

/* ---- reading the request -------------------------------------------------------------------- */

/* The command line sends the tag as text. */
static bool tag_read(struct req *rq, struct json_object *parameters, int64_t *tag)
{
	struct json_object *value = json_get(parameters, "current_tag");

	if (json_object_is_type(value, json_type_int)) {
		*tag = json_object_get_int64(value);
		return true;
	}
	if (json_object_is_type(value, json_type_string) &&
	    text_to_int64(json_object_get_string(value), tag))
		return true;
	return problem(rq, 400, "current_tag must be an integer");
}

static bool start_read(struct req *rq, struct json_object *parameters, struct request *request)
{
	return tag_read(rq, parameters, &request->tag);
}

static bool end_read(struct req *rq, struct json_object *parameters, struct request *request)
{
	request->result = json_get_string(parameters, "result");
	return request->result != NULL || problem(rq, 400, "result must be a string");
}

static const struct action {
	const char *name;
	bool (*read)(struct req *rq, struct json_object *parameters, struct request *request);
	bool (*run)(struct req *rq, struct json_object *session, const struct request *request,
		    int64_t now, const char **result);
} actions[] = {
	{ "start", start_read, session_start },
	{ "end", end_read, session_end },
};

/* Only the first key of the body counts. */
static const struct action *action_find(struct req *rq, struct json_object **parameters)
{
	struct json_object_iterator first = json_object_iter_begin(rq->body);
	const char *name = json_object_iter_peek_name(&first);

	*parameters = json_object_iter_peek_value(&first);
	for (size_t n = 0; n < sizeof(actions) / sizeof(actions[0]); n++) {
		if (strcmp(name, actions[n].name) == 0)
			return &actions[n];
	}
	rq->reply.allow = "GET, POST, HEAD, PATCH, DELETE";
	problem_titled(rq, 405, "Bad Method", "unknown session action %s", name);
	return NULL;
}

bool session_act(struct req *rq)
{
	struct json_object *parameters, *reply;
	const struct action *action = action_find(rq, &parameters);
	struct request request = { 0 };
	struct document session;
	const char *result;

	if (action == NULL)
		return false;
	request.job_id = json_get_string(parameters, "job_id");
	if (request.job_id == NULL)
		return problem(rq, 400, "job_id must be a string");
	if (!action->read(rq, parameters, &request) ||
	    !session_lock(rq, req_word(rq, "session_id"), &session) ||
	    !action->run(rq, session.json, &request, clock_now(), &result) ||
	    !document_save(rq, KIND_SESSIONS, &session))
		return false;
	reply = json_own(rq->arena, json_object_new_object());
	session_set_string(reply, "result", result);
	session_set_int(reply, "session_tag", json_get_int(session.json, "session_tag", 0));
	return reply_value(rq, 202, reply);
}
