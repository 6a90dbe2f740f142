/* Jobs and actions: how schedules merge, how entries become actions, what a replaced job keeps. */
#include "freezer/job_actions.c"
#include "freezer/job_write.c"
#include "freezer/schedule.c"

#include <CUnit/CUnit.h>

#include "request.h"
#include "unit.h"

/* A request with a fresh arena; the one before it is gone. */
static struct req *rq_new(void)
{
	return request_new((struct req){ .caller = { .user_id = "u1", .project_id = "p1" } });
}

/* Is the value what the text says? If not, print it. */
static bool is(struct req *rq, struct json_object *value, const char *text)
{
	if (json_same(value, value_of(rq, text)))
		return true;
	printf("#   got %s\n#   not %s\n", json_text(rq->arena, value), text);
	return false;
}

/* ---- schedules ------------------------------------------------------------------------------ */

#define STORED \
	"{\"event\": \"\", \"status\": \"scheduled\", \"result\": \"\", \"time_created\": 1," \
	" \"time_started\": -1, \"time_ended\": -1, \"schedule_interval\": \"5 minutes\"," \
	" \"schedule_start_date\": \"2030-01-01T00:00:00\"}"

static bool merges_to(const char *patch, const char *wanted)
{
	struct req *rq = rq_new();
	struct json_object *schedule = value_of(rq, STORED);

	schedule_merge(schedule, value_of(rq, patch));
	return is(rq, schedule, wanted);
}

static void a_written_back_schedule_changes_nothing(void)
{
	CU_ASSERT_TRUE(merges_to(STORED, STORED));
	CU_ASSERT_TRUE(merges_to("{}", STORED));
}

static void run_state_merges_key_by_key(void)
{
	CU_ASSERT_TRUE(merges_to("{\"event\": \"start\"}",
		"{\"event\": \"start\", \"status\": \"scheduled\", \"result\": \"\","
		" \"time_created\": 1,"
		" \"time_started\": -1, \"time_ended\": -1, \"schedule_interval\": \"5 minutes\","
		" \"schedule_start_date\": \"2030-01-01T00:00:00\"}"));
	CU_ASSERT_TRUE(merges_to("{\"current_pid\": 7, \"time_started\": 5}",
		"{\"event\": \"\", \"status\": \"scheduled\", \"result\": \"\","
		" \"time_created\": 1,"
		" \"time_started\": 5, \"time_ended\": -1, \"schedule_interval\": \"5 minutes\","
		" \"schedule_start_date\": \"2030-01-01T00:00:00\", \"current_pid\": 7}"));
}

static void one_schedule_key_replaces_them_all(void)
{
	CU_ASSERT_TRUE(merges_to("{\"schedule_date\": \"2031-01-01T00:00:00\"}",
		"{\"event\": \"\", \"status\": \"scheduled\", \"result\": \"\","
		" \"time_created\": 1,"
		" \"time_started\": -1, \"time_ended\": -1,"
		" \"schedule_date\": \"2031-01-01T00:00:00\"}"));
}

static void a_schedule_can_be_taken_over_whole(void)
{
	struct req *rq = rq_new();
	struct json_object *schedule = value_of(rq,
		"{\"event\": \"\", \"schedule_interval\": \"5 minutes\"}");

	schedule_take_keys(schedule, value_of(rq, "{\"event\": \"start\","
						  " \"schedule_hour\": \"3\"}"));
	CU_ASSERT_TRUE(is(rq, schedule, "{\"event\": \"\", \"schedule_hour\": \"3\"}"));
	schedule_take_keys(schedule, value_of(rq, "{\"status\": \"stop\"}"));
	CU_ASSERT_TRUE(is(rq, schedule, "{\"event\": \"\"}"));
}

/* ---- defaults ------------------------------------------------------------------------------- */

static bool folds_to(const char *body, const char *wanted)
{
	struct req *rq = rq_new();
	struct json_object *value = value_of(rq, body);

	job_actions_fold_defaults(value);
	return is(rq, value, wanted);
}

static void defaults_fill_what_is_absent_or_null(void)
{
	CU_ASSERT_TRUE(folds_to(
		"{\"action_defaults\": {\"mode\": \"fs\", \"container\": \"c\"}, \"job_actions\":"
		" [{\"freezer_action\": {\"action\": \"backup\", \"mode\": null}},"
		"  {\"freezer_action\": {\"mode\": \"mysql\"}}, {}]}",
		"{\"job_actions\":"
		" [{\"freezer_action\": {\"action\": \"backup\", \"mode\": \"fs\","
		" \"container\": \"c\"}},"
		"  {\"freezer_action\": {\"mode\": \"mysql\", \"container\": \"c\"}},"
		"  {\"freezer_action\": {\"mode\": \"fs\", \"container\": \"c\"}}]}"));
}

static void a_reference_takes_no_defaults(void)
{
	CU_ASSERT_TRUE(folds_to(
		"{\"action_defaults\": {\"mode\": \"fs\"},"
		" \"job_actions\": [{\"action_id\": \"a\"}]}",
		"{\"job_actions\": [{\"action_id\": \"a\"}]}"));
	CU_ASSERT_TRUE(folds_to("{\"action_defaults\": {\"mode\": \"fs\"}}", "{}"));
}

/* ---- entries -------------------------------------------------------------------------------- */

#define KNOWN_A \
	"{\"action_id\": \"a\", \"user_id\": \"u0\", \"project_id\": \"p1\", \"max_retries\": 5," \
	" \"max_retries_interval\": 6, \"freezer_action\": {\"action\": \"backup\", \"x\": 1}}"

static bool settle_as(struct settling *settling, struct req *rq, const char *posted,
		      const char *earlier)
{
	*settling = (struct settling){
		.rq = rq, .posted = value_of(rq, posted),
		.known = value_of(rq, "{\"a\": " KNOWN_A "}"),
		.earlier = value_of(rq, earlier),
		.fresh = value_of(rq, "[]"), .entries = value_of(rq, "[]"),
	};
	for (size_t n = 0; n < json_object_array_length(settling->posted); n++) {
		action_tidy(json_object_array_get_idx(settling->posted, n));
		if (!entry_settle(settling, n))
			return false;
	}
	return true;
}

static bool settle(struct settling *settling, struct req *rq, const char *posted)
{
	return settle_as(settling, rq, posted, "{}");
}

/* Does the posted entry become this one, and no new action? */
static bool refers_to(const char *posted, const char *wanted)
{
	struct req *rq = rq_new();
	struct settling settling;

	CU_ASSERT_TRUE_FATAL(settle(&settling, rq, posted));
	return json_object_array_length(settling.fresh) == 0 &&
	       is(rq, settling.entries, wanted);
}

static void an_id_alone_becomes_a_full_copy(void)
{
	CU_ASSERT_TRUE(refers_to("[{\"action_id\": \"a\"}]", "[" KNOWN_A "]"));
	CU_ASSERT_TRUE(refers_to("[{\"action_id\": \"a\", \"freezer_action\": null}]",
				 "[" KNOWN_A "]"));
}

static void equal_content_is_a_reference(void)
{
	CU_ASSERT_TRUE(refers_to("[" KNOWN_A "]", "[" KNOWN_A "]"));
	CU_ASSERT_TRUE(refers_to(
		"[{\"action_id\": \"a\", \"_version\": 3, \"max_retries\": null,"
		" \"user_id\": \"x\","
		"  \"freezer_action\": {\"x\": 1.0, \"action\": \"backup\", \"mode\": null}}]",
		"[" KNOWN_A "]"));
}

static void an_entry_keeps_what_is_its_own(void)
{
	CU_ASSERT_TRUE(refers_to(
		"[{\"action_id\": \"a\", \"mandatory\": true, \"max_retries\": 1,"
		" \"exit_status\": null}]",
		"[{\"action_id\": \"a\", \"user_id\": \"u0\", \"project_id\": \"p1\","
		"  \"max_retries\": 1, \"max_retries_interval\": 6, \"mandatory\": true,"
		"  \"exit_status\": null, \"freezer_action\": {\"action\": \"backup\","
		" \"x\": 1}}]"));
}

static void what_an_action_once_was_is_no_wish(void)
{
	struct req *rq = rq_new();
	struct settling settling;

	CU_ASSERT_TRUE_FATAL(settle_as(&settling, rq,
		"[{\"action_id\": \"a\", \"max_retries\": 1, \"max_retries_interval\": 1,"
		"  \"freezer_action\": {\"action\": \"backup\", \"x\": 0}}]",
		"{\"0 freezer_action\": null, \"0 max_retries\": null, \"1 max_retries\": null}"));
	CU_ASSERT_EQUAL(json_object_array_length(settling.fresh), 0);
	CU_ASSERT_TRUE(is(rq, json_object_array_get_idx(settling.entries, 0),
		"{\"action_id\": \"a\", \"user_id\": \"u0\", \"project_id\": \"p1\","
		" \"max_retries\": 5, \"max_retries_interval\": 1,"
		" \"freezer_action\": {\"action\": \"backup\", \"x\": 1}}"));
}

static void another_content_is_another_action(void)
{
	struct req *rq = rq_new();
	struct settling settling;

	CU_ASSERT_TRUE_FATAL(settle(&settling, rq,
		"[{\"action_id\": \"a\", \"freezer_action\": {\"action\": \"backup\","
		" \"x\": 2}}]"));
	struct json_object *entry = json_object_array_get_idx(settling.entries, 0);
	CU_ASSERT_EQUAL(json_object_array_length(settling.fresh), 1);
	CU_ASSERT_EQUAL(strlen(json_get_string(entry, "action_id")), 32);
	CU_ASSERT_STRING_EQUAL(json_get_string(entry, "user_id"), "u1");
}

static void an_unknown_id_with_content_is_a_new_action_of_that_id(void)
{
	struct req *rq = rq_new();
	struct settling settling;

	CU_ASSERT_TRUE_FATAL(settle(&settling, rq,
		"[{\"action_id\": \"b\", \"freezer_action\": {\"action\": \"exec\"}},"
		" {\"action_id\": \"b\", \"freezer_action\": {\"action\": \"exec\"}},"
		" {\"action_id\": \"b\", \"freezer_action\": {\"action\": \"info\"}}]"));
	CU_ASSERT_EQUAL(json_object_array_length(settling.fresh), 2);
	CU_ASSERT_TRUE(is(rq, json_object_array_get_idx(settling.entries, 1),
		"{\"action_id\": \"b\", \"user_id\": \"u1\", \"project_id\": \"p1\","
		" \"max_retries\": 5,"
		" \"max_retries_interval\": 6, \"freezer_action\": {\"action\": \"exec\"}}"));
	CU_ASSERT_STRING_NOT_EQUAL(
		json_get_string(json_object_array_get_idx(settling.entries, 2), "action_id"), "b");
}

static bool is_refused(const char *posted, int status, const char *named)
{
	struct req *rq = rq_new();
	struct settling settling;

	return !settle(&settling, rq, posted) && rq->problem.status == status &&
	       strstr(rq->problem.description, named) != NULL;
}

static void an_entry_that_says_nothing_is_refused(void)
{
	CU_ASSERT_TRUE(is_refused("[{\"action_id\": \"b\"}]", 422, "b"));
	CU_ASSERT_TRUE(is_refused("[{\"action_id\": \"a\"}, {}]", 400, "$.job_actions[1]"));
	CU_ASSERT_TRUE(is_refused("[{\"action_id\": \"\"}]", 400, "freezer_action"));
	CU_ASSERT_TRUE(is_refused("[{\"freezer_action\": {\"mode\": \"fs\"}}]", 400, "'action'"));
	CU_ASSERT_TRUE(is_refused("[{\"freezer_action\": {\"action\": null}}]", 400, "'action'"));
}

static void a_job_holds_at_most_256_actions(void)
{
	struct req *rq = rq_new();
	struct json_object *posted = value_of(rq, "[]"), *entries;

	for (int i = 0; i <= JOB_ACTIONS_MAX; i++)
		json_object_array_add(posted, json_object_new_object());
	CU_ASSERT_FALSE(job_actions_settle(rq, "j1", posted, &entries));
	CU_ASSERT_EQUAL(rq->problem.status, 400);
	CU_ASSERT_PTR_NOT_NULL(strstr(rq->problem.description, "256"));
}

static bool both_ways(const char *const *texts, bool wanted)
{
	struct req *rq = rq_new();
	struct json_object *a = value_of(rq, texts[0]), *b = value_of(rq, texts[1]);

	return action_same_value(a, b) == wanted && action_same_value(b, a) == wanted;
}

static void null_counts_as_absent_in_a_comparison(void)
{
	static const char *const same[][2] = {
		{ "{\"a\": null}", "{}" }, { "{\"a\": {\"b\": null}}", "{\"a\": {}}" },
		{ "[{\"a\": null}]", "[{}]" }, { "1", "1.0" },
		{ "{\"a\": [null]}", "{\"a\": [null]}" },
	};
	static const char *const different[][2] = {
		{ "{\"a\": 0}", "{}" }, { "{\"a\": \"\"}", "{}" }, { "{\"a\": {}}", "{}" },
		{ "[null]", "[]" }, { "[1, 2]", "[2, 1]" }, { "{\"a\": \"1\"}", "{\"a\": 1}" },
	};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		CU_ASSERT_TRUE(both_ways(same[i], true));
	for (size_t i = 0; i < sizeof(different) / sizeof(different[0]); i++)
		CU_ASSERT_TRUE(both_ways(different[i], false));
}

/* ---- jobs ----------------------------------------------------------------------------------- */

static struct json_object *document_of(struct req *rq, const char *body)
{
	rq->body = value_of(rq, body);
	body_tidy(rq->body);
	return job_document(rq, "j1", value_of(rq, "[]"));
}

static void a_bare_job_has_all_that_clients_read(void)
{
	struct req *rq = rq_new();

	CU_ASSERT_TRUE(is(rq, document_of(rq, "{\"job_actions\": []}"),
		"{\"job_id\": \"j1\", \"user_id\": \"u1\", \"project_id\": \"p1\","
		" \"client_id\": \"\","
		" \"description\": \"\", \"session_id\": \"\", \"session_tag\": 0,"
		" \"job_actions\": [],"
		" \"job_schedule\": {\"event\": \"\", \"status\": \"\", \"result\": \"\"}}"));
}

static void what_is_ours_is_not_taken_from_the_caller(void)
{
	struct req *rq = rq_new();

	CU_ASSERT_TRUE(is(rq, document_of(rq,
		"{\"job_actions\": [], \"job_id\": \"x\", \"user_id\": \"x\","
		" \"project_id\": \"x\","
		" \"_version\": 9, \"user_credentials\": {\"trust_id\": \"x\"},"
		" \"session_id\": null,"
		" \"description\": null, \"session_name\": \"s\","
		" \"job_schedule\": {\"status\": \"stop\"}}"),
		"{\"job_id\": \"j1\", \"user_id\": \"u1\", \"project_id\": \"p1\","
		" \"client_id\": \"\","
		" \"description\": \"\", \"session_id\": \"\", \"session_tag\": 0,"
		" \"session_name\": \"s\","
		" \"job_actions\": [],"
		" \"job_schedule\": {\"event\": \"\", \"status\": \"stop\", \"result\": \"\"}}"));
}

static void a_replaced_job_keeps_its_maker_its_times_and_its_session(void)
{
	struct req *rq = rq_new();
	struct json_object *before = value_of(rq,
		"{\"user_id\": \"u0\", \"session_id\": \"s\", \"session_tag\": 3,"
		" \"description\": \"d\","
		" \"job_schedule\": {\"status\": \"completed\", \"time_created\": 1,"
		" \"time_started\": 2,"
		" \"time_ended\": 3, \"current_pid\": 4, \"schedule_interval\": \"5 minutes\"}}");
	struct json_object *job = document_of(rq, "{\"job_actions\": [], \"client_id\": \"c\","
					      " \"job_schedule\": {\"time_ended\": 9}}");

	job_keep(job, before, rq->body);
	CU_ASSERT_TRUE(is(rq, job,
		"{\"job_id\": \"j1\", \"user_id\": \"u0\", \"project_id\": \"p1\","
		" \"client_id\": \"c\","
		" \"description\": \"\", \"session_id\": \"s\", \"session_tag\": 3,"
		" \"job_actions\": [],"
		" \"job_schedule\": {\"event\": \"\", \"status\": \"\", \"result\": \"\","
		" \"time_created\": 1, \"time_started\": 2, \"time_ended\": 9,"
		" \"current_pid\": 4}}"));
}

static void a_patch_changes_only_what_it_names(void)
{
	struct req *rq = rq_new();
	struct json_object *job = value_of(rq,
		"{\"description\": \"d\", \"client_id\": \"c\", \"job_schedule\": {\"event\": \"\","
		" \"schedule_interval\": \"5 minutes\"}}");

	job_merge(job, value_of(rq, "{\"description\": \"e\"}"));
	job_merge(job, value_of(rq, "{\"job_schedule\": {\"event\": \"stop\"}}"));
	CU_ASSERT_TRUE(is(rq, job,
		"{\"description\": \"e\", \"client_id\": \"c\","
		" \"job_schedule\": {\"event\": \"stop\","
		" \"schedule_interval\": \"5 minutes\"}}"));
}

static const struct unit units[] = {
	{ "a written back schedule changes nothing", a_written_back_schedule_changes_nothing },
	{ "run state merges key by key", run_state_merges_key_by_key },
	{ "one schedule key replaces them all", one_schedule_key_replaces_them_all },
	{ "a schedule can be taken over whole", a_schedule_can_be_taken_over_whole },
	{ "defaults fill what is absent or null", defaults_fill_what_is_absent_or_null },
	{ "a reference takes no defaults", a_reference_takes_no_defaults },
	{ "an id alone becomes a full copy", an_id_alone_becomes_a_full_copy },
	{ "equal content is a reference", equal_content_is_a_reference },
	{ "an entry keeps what is its own", an_entry_keeps_what_is_its_own },
	{ "what an action once was is no wish", what_an_action_once_was_is_no_wish },
	{ "another content is another action", another_content_is_another_action },
	{ "an unknown id with content is a new action of that id",
	  an_unknown_id_with_content_is_a_new_action_of_that_id },
	{ "an entry that says nothing is refused", an_entry_that_says_nothing_is_refused },
	{ "a job holds at most 256 actions", a_job_holds_at_most_256_actions },
	{ "null counts as absent in a comparison", null_counts_as_absent_in_a_comparison },
	{ "a bare job has all that clients read", a_bare_job_has_all_that_clients_read },
	{ "what is ours is not taken from the caller", what_is_ours_is_not_taken_from_the_caller },
	{ "a replaced job keeps its maker, its times and its session",
	  a_replaced_job_keeps_its_maker_its_times_and_its_session },
	{ "a patch changes only what it names", a_patch_changes_only_what_it_names },
	{ NULL, NULL }
};

int main(void)
{
	int status = unit_run("job", units);

	arena_free(request_of_test.arena);
	return status;
}
