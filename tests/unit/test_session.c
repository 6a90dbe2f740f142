/* Sessions: the start table, the end rules, and what job and session tell each other. */
#include "freezer/session_action.c"
#include "freezer/session_job.c"

#include <CUnit/CUnit.h>

#include "request.h"
#include "unit.h"

#define NOW 1000000

/* A request with a fresh arena; the one before it is gone. */
static struct req *rq_new(void)
{
	return request_new((struct req){ 0 });
}

/* A session of jobs a and b, tag 7, hold_off 30, started `ago` seconds before NOW. */
static struct json_object *session_of_test(struct req *rq, int64_t ago)
{
	struct json_object *session = value_of(rq,
		"{\"session_id\": \"s1\", \"session_tag\": 7, \"hold_off\": 30,"
		" \"status\": \"running\","
		" \"schedule\": {\"schedule_interval\": \"1 days\", \"event\": \"start\"},"
		" \"jobs\": {\"a\": {\"status\": \"completed\", \"result\": \"success\"},"
		"            \"b\": {\"status\": \"completed\", \"result\": \"fail\"}}}");

	session_set_int(session, "time_start", NOW - ago);
	return session;
}

static const char *start(struct req *rq, struct json_object *session, const char *job_id,
			 int64_t tag)
{
	const struct request request = { .job_id = job_id, .tag = tag };
	const char *result = NULL;

	return session_start(rq, session, &request, NOW, &result) ? result : "refused";
}

static const char *end(struct req *rq, struct json_object *session, const char *job_id,
		       const char *how)
{
	const struct request request = { .job_id = job_id, .result = how };
	const char *result = NULL;

	return session_end(rq, session, &request, NOW, &result) ? result : "refused";
}

static const char *member_text(struct json_object *session, const char *job_id, const char *key)
{
	return json_get_string(json_get(json_get(session, "jobs"), job_id), key);
}

/* ---- start ---------------------------------------------------------------------------------- */

static void a_tag_outside_the_window_starts_a_run(void)
{
	struct req *rq = rq_new();
	struct json_object *session = session_of_test(rq, 31);

	CU_ASSERT_STRING_EQUAL(start(rq, session, "a", 7), "success");
	CU_ASSERT_EQUAL(json_get_int(session, "session_tag", 0), 8);
	CU_ASSERT_EQUAL(json_get_int(session, "time_start", 0), NOW);
	CU_ASSERT_STRING_EQUAL(json_get_string(session, "status"), "running");
	CU_ASSERT_STRING_EQUAL(json_get_string(session, "result"), "");
	CU_ASSERT_STRING_EQUAL(member_text(session, "a", "status"), "running");
	CU_ASSERT_STRING_EQUAL(member_text(session, "a", "result"), "");
}

static void a_new_run_forgets_how_its_members_ended(void)
{
	struct req *rq = rq_new();
	struct json_object *session = session_of_test(rq, 31);

	start(rq, session, "a", 7);
	CU_ASSERT_STRING_EQUAL(member_text(session, "b", "status"), "scheduled");
	CU_ASSERT_STRING_EQUAL(member_text(session, "b", "result"), "");
	CU_ASSERT_STRING_EQUAL(end(rq, session, "a", "success"), "success");
	CU_ASSERT_STRING_EQUAL(json_get_string(session, "status"), "running");
}

static void an_old_tag_within_the_window_joins_the_run(void)
{
	struct req *rq = rq_new();
	struct json_object *session = session_of_test(rq, 5);

	CU_ASSERT_STRING_EQUAL(start(rq, session, "b", 6), "success");
	CU_ASSERT_EQUAL(json_get_int(session, "session_tag", 0), 7);
	CU_ASSERT_EQUAL(json_get_int(session, "time_start", 0), NOW - 5);
	CU_ASSERT_STRING_EQUAL(member_text(session, "b", "status"), "running");
	CU_ASSERT_STRING_EQUAL(member_text(session, "a", "status"), "completed");
}

static void the_same_tag_within_the_window_is_held_off(void)
{
	struct req *rq = rq_new();
	struct json_object *session = session_of_test(rq, 5);
	const char *before = json_text(rq->arena, session);

	CU_ASSERT_STRING_EQUAL(start(rq, session, "a", 7), "hold-off");
	CU_ASSERT_STRING_EQUAL(json_text(rq->arena, session), before);
}

static void an_old_tag_outside_the_window_is_out_of_sync(void)
{
	struct req *rq = rq_new();
	struct json_object *session = session_of_test(rq, 31);
	const char *before = json_text(rq->arena, session);

	CU_ASSERT_STRING_EQUAL(start(rq, session, "a", 6), "out-of-sync");
	CU_ASSERT_STRING_EQUAL(json_text(rq->arena, session), before);
}

static void a_tag_too_high_is_refused_with_both_tags(void)
{
	static const int64_t ages[] = { 5, 31 };

	for (size_t i = 0; i < 2; i++) {
		struct req *rq = rq_new();
		struct json_object *session = session_of_test(rq, ages[i]);
		CU_ASSERT_STRING_EQUAL(start(rq, session, "a", 8), "refused");
		CU_ASSERT_EQUAL(rq->problem.status, 400);
		CU_ASSERT_PTR_NOT_NULL(strstr(rq->problem.description, "8"));
		CU_ASSERT_PTR_NOT_NULL(strstr(rq->problem.description, "7"));
	}
}

static void the_last_second_of_the_window_is_within_it(void)
{
	struct req *rq = rq_new();

	CU_ASSERT_STRING_EQUAL(start(rq, session_of_test(rq, 30), "a", 7), "hold-off");
	CU_ASSERT_STRING_EQUAL(start(rq, session_of_test(rq, 30), "a", 6), "success");
	CU_ASSERT_STRING_EQUAL(start(rq, session_of_test(rq, 31), "a", 6), "out-of-sync");
}

static void a_session_that_never_started_holds_nobody_off(void)
{
	struct req *rq = rq_new();
	struct json_object *session = session_of_test(rq, 0);

	session_set_int(session, "time_start", -1);
	session_set_int(session, "hold_off", INT64_MAX);
	CU_ASSERT_STRING_EQUAL(start(rq, session, "a", 7), "success");
	CU_ASSERT_EQUAL(json_get_int(session, "session_tag", 0), 8);
}

static void a_session_without_hold_off_has_one_of_a_minute(void)
{
	struct req *rq = rq_new();
	struct json_object *session = session_of_test(rq, 60);

	json_object_object_del(session, "hold_off");
	CU_ASSERT_STRING_EQUAL(start(rq, session, "a", 7), "hold-off");
	session_set_int(session, "time_start", NOW - 61);
	CU_ASSERT_STRING_EQUAL(start(rq, session, "a", 7), "success");
}

static void a_stranger_neither_starts_nor_joins(void)
{
	struct req *rq = rq_new();
	struct json_object *session = session_of_test(rq, 31);
	const char *before = json_text(rq->arena, session);

	CU_ASSERT_STRING_EQUAL(start(rq, session, "x", 7), "refused");
	CU_ASSERT_EQUAL(rq->problem.status, 400);
	CU_ASSERT_PTR_NOT_NULL(strstr(rq->problem.description, "job_id"));
	CU_ASSERT_STRING_EQUAL(json_text(rq->arena, session), before);
	CU_ASSERT_STRING_EQUAL(start(rq, session_of_test(rq, 5), "x", 6), "refused");
}

static void a_tag_at_its_end_is_refused(void)
{
	struct req *rq = rq_new();
	struct json_object *session = session_of_test(rq, 31);

	session_set_int(session, "session_tag", INT64_MAX);
	CU_ASSERT_STRING_EQUAL(start(rq, session, "a", INT64_MAX), "refused");
}

/* ---- end ------------------------------------------------------------------------------------ */

static struct json_object *session_running(struct req *rq)
{
	struct json_object *session = session_of_test(rq, 31);

	start(rq, session, "a", 7);
	start(rq, session, "b", 7);
	return session;
}

static void a_session_completes_with_its_last_job(void)
{
	struct req *rq = rq_new();
	struct json_object *session = session_running(rq);

	CU_ASSERT_STRING_EQUAL(end(rq, session, "b", "success"), "success");
	CU_ASSERT_STRING_EQUAL(json_get_string(session, "status"), "running");
	CU_ASSERT_FALSE(json_has(session, "time_end"));
	CU_ASSERT_STRING_EQUAL(end(rq, session, "a", "success"), "success");
	CU_ASSERT_STRING_EQUAL(json_get_string(session, "status"), "completed");
	CU_ASSERT_STRING_EQUAL(json_get_string(session, "result"), "success");
	CU_ASSERT_EQUAL(json_get_int(session, "time_end", 0), NOW);
}

static void one_failed_job_fails_the_session_in_any_order(void)
{
	static const char *const orders[][2] = { { "a", "b" }, { "b", "a" } };

	for (size_t i = 0; i < 2; i++) {
		struct req *rq = rq_new();
		struct json_object *session = session_running(rq);
		end(rq, session, orders[i][0], "aborted");
		CU_ASSERT_STRING_EQUAL(json_get_string(session, "status"), "running");
		end(rq, session, orders[i][1], "success");
		CU_ASSERT_STRING_EQUAL(json_get_string(session, "status"), "completed");
		CU_ASSERT_STRING_EQUAL(json_get_string(session, "result"), "fail");
	}
}

static void a_completed_session_keeps_its_end(void)
{
	struct req *rq = rq_new();
	struct json_object *session = session_running(rq);

	session_set_string(session, "status", "completed");
	session_set_string(session, "result", "fail");
	session_set_int(session, "time_end", 5);
	end(rq, session, "a", "success");
	end(rq, session, "b", "success");
	CU_ASSERT_STRING_EQUAL(json_get_string(session, "result"), "fail");
	CU_ASSERT_EQUAL(json_get_int(session, "time_end", 0), 5);
}

static void a_stranger_can_not_end(void)
{
	struct req *rq = rq_new();

	CU_ASSERT_STRING_EQUAL(end(rq, session_running(rq), "x", "success"), "refused");
	CU_ASSERT_EQUAL(rq->problem.status, 400);
}

/* ---- reading the request -------------------------------------------------------------------- */

static void a_tag_is_an_integer_or_its_digits(void)
{
	static const char *const good[] = { "{\"current_tag\": 7}", "{\"current_tag\": \"7\"}" };
	static const char *const bad[] = {
		"{}", "{\"current_tag\": null}", "{\"current_tag\": \"x\"}",
		"{\"current_tag\": \"\"}", "{\"current_tag\": 7.5}", "{\"current_tag\": true}",
		"{\"current_tag\": [7]}", "{\"current_tag\": \"99999999999999999999\"}", "[]", "7",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct req *rq = rq_new();
		int64_t tag = 0;
		CU_ASSERT_TRUE(tag_read(rq, value_of(rq, good[i]), &tag));
		CU_ASSERT_EQUAL(tag, 7);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct req *rq = rq_new();
		int64_t tag;
		CU_ASSERT_FALSE(tag_read(rq, value_of(rq, bad[i]), &tag));
		CU_ASSERT_EQUAL(rq->problem.status, 400);
		CU_ASSERT_PTR_NOT_NULL(strstr(rq->problem.description, "current_tag"));
	}
}

static void only_the_first_action_counts(void)
{
	struct req *rq = rq_new();
	struct json_object *parameters;

	rq->body = value_of(rq, "{\"end\": {\"job_id\": \"a\"}, \"start\": {}}");
	const struct action *action = action_find(rq, &parameters);
	CU_ASSERT_PTR_NOT_NULL_FATAL(action);
	CU_ASSERT_STRING_EQUAL(action->name, "end");
	CU_ASSERT_STRING_EQUAL(json_get_string(parameters, "job_id"), "a");
}

static void an_unknown_action_is_a_bad_method(void)
{
	struct req *rq = rq_new();
	struct json_object *parameters;

	rq->body = value_of(rq, "{\"pause\": null, \"start\": {}}");
	CU_ASSERT_PTR_NULL(action_find(rq, &parameters));
	CU_ASSERT_EQUAL(rq->problem.status, 405);
	CU_ASSERT_STRING_EQUAL(rq->problem.title, "Bad Method");
	CU_ASSERT_PTR_NOT_NULL(strstr(rq->problem.description, "pause"));
	CU_ASSERT_STRING_EQUAL(rq->reply.allow, "GET, POST, HEAD, PATCH, DELETE");
}

/* ---- membership ----------------------------------------------------------------------------- */

static void a_member_is_known_by_five_keys(void)
{
	struct req *rq = rq_new();
	struct json_object *bare = json_own(rq->arena, job_snapshot(value_of(rq, "{}")));
	struct json_object *full = json_own(rq->arena, job_snapshot(value_of(rq,
		"{\"client_id\": \"c\", \"job_schedule\":"
		" {\"status\": \"completed\", \"event\": \"\", \"result\": \"fail\","
		" \"time_started\": 3, \"time_ended\": 4}}")));

	CU_ASSERT_TRUE(json_same(bare, value_of(rq,
		"{\"client_id\": \"\", \"status\": \"\", \"result\": \"\", \"time_started\": -1,"
		" \"time_ended\": -1}")));
	CU_ASSERT_TRUE(json_same(full, value_of(rq,
		"{\"client_id\": \"c\", \"status\": \"completed\", \"result\": \"fail\","
		" \"time_started\": 3, \"time_ended\": 4}")));
}

static void a_joining_job_takes_the_schedule_and_keeps_its_times(void)
{
	struct req *rq = rq_new();
	struct json_object *job = value_of(rq,
		"{\"session_id\": \"\", \"session_tag\": 0, \"job_schedule\":"
		" {\"status\": \"stop\", \"event\": \"\", \"time_started\": 3, \"current_pid\": 9,"
		" \"schedule_date\": \"2030-01-01T00:00:00\"}}");

	job_join(job, session_of_test(rq, 5));
	CU_ASSERT_TRUE(json_same(job, value_of(rq,
		"{\"session_id\": \"s1\", \"session_tag\": 7, \"job_schedule\":"
		" {\"status\": \"stop\", \"event\": \"start\", \"time_started\": 3,"
		" \"current_pid\": 9, \"schedule_interval\": \"1 days\"}}")));
}

static void a_leaving_job_is_told_to_stop(void)
{
	struct req *rq = rq_new();
	struct json_object *job = value_of(rq,
		"{\"session_id\": \"s1\", \"session_tag\": 7, \"job_schedule\":"
		" {\"event\": \"\", \"schedule_interval\": \"1 days\"}}");

	job_release(job);
	CU_ASSERT_TRUE(json_same(job, value_of(rq,
		"{\"session_id\": \"\", \"session_tag\": 0, \"job_schedule\":"
		" {\"event\": \"stop\", \"schedule_interval\": \"1 days\"}}")));
}

static void a_run_that_waited_for_a_leaver_is_over(void)
{
	struct req *rq = rq_new();
	struct json_object *session = session_running(rq);

	end(rq, session, "a", "success");
	member_drop(session, "b");
	CU_ASSERT_STRING_EQUAL(json_get_string(session, "status"), "completed");
	CU_ASSERT_STRING_EQUAL(json_get_string(session, "result"), "success");
	session_set_string(session, "status", "running");
	member_drop(session, "a");
	CU_ASSERT_STRING_EQUAL(json_get_string(session, "status"), "running");
}

static const struct unit units[] = {
	{ "a tag outside the window starts a run", a_tag_outside_the_window_starts_a_run },
	{ "a new run forgets how its members ended", a_new_run_forgets_how_its_members_ended },
	{ "an old tag within the window joins the run",
	  an_old_tag_within_the_window_joins_the_run },
	{ "the same tag within the window is held off",
	  the_same_tag_within_the_window_is_held_off },
	{ "an old tag outside the window is out of sync",
	  an_old_tag_outside_the_window_is_out_of_sync },
	{ "a tag too high is refused with both tags", a_tag_too_high_is_refused_with_both_tags },
	{ "the last second of the window is within it",
	  the_last_second_of_the_window_is_within_it },
	{ "a session that never started holds nobody off",
	  a_session_that_never_started_holds_nobody_off },
	{ "a session without hold_off has one of a minute",
	  a_session_without_hold_off_has_one_of_a_minute },
	{ "a stranger neither starts nor joins", a_stranger_neither_starts_nor_joins },
	{ "a tag at its end is refused", a_tag_at_its_end_is_refused },
	{ "a session completes with its last job", a_session_completes_with_its_last_job },
	{ "one failed job fails the session in any order",
	  one_failed_job_fails_the_session_in_any_order },
	{ "a completed session keeps its end", a_completed_session_keeps_its_end },
	{ "a stranger can not end", a_stranger_can_not_end },
	{ "a tag is an integer or its digits", a_tag_is_an_integer_or_its_digits },
	{ "only the first action counts", only_the_first_action_counts },
	{ "an unknown action is a bad method", an_unknown_action_is_a_bad_method },
	{ "a member is known by five keys", a_member_is_known_by_five_keys },
	{ "a joining job takes the schedule and keeps its times",
	  a_joining_job_takes_the_schedule_and_keeps_its_times },
	{ "a leaving job is told to stop", a_leaving_job_is_told_to_stop },
	{ "a run that waited for a leaver is over", a_run_that_waited_for_a_leaver_is_over },
	{ NULL, NULL }
};

int main(void)
{
	int status = unit_run("session", units);

	arena_free(request_of_test.arena);
	return status;
}
