/* What opens the target of a restore: how it is shown, and what it needs. */
#include "karbor/restore.c"

#include <CUnit/CUnit.h>

#include "request.h"
#include "unit.h"

static struct req *rq_new(void)
{
	return request_new((struct req){ 0 });
}

static bool is_masked_as(const char *auth, const char *masked)
{
	struct req *rq = rq_new();
	struct json_object *shown = json_own(rq->arena, auth_masked(value_of(rq, auth)));

	return json_same(shown, value_of(rq, masked));
}

static void all_but_known_names_is_masked(void)
{
	CU_ASSERT_TRUE(is_masked_as("null", "null"));
	CU_ASSERT_TRUE(is_masked_as("{}", "{}"));
	CU_ASSERT_TRUE(is_masked_as("{\"type\": \"password\", \"username\": \"u\", \"password\": \"p\"}",
				    "{\"type\": \"password\", \"username\": \"u\", \"password\": \"***\"}"));
	CU_ASSERT_TRUE(is_masked_as("{\"PassPhrase\": 5, \"my secret\": true, \"auth_token\": \"t\"}",
				    "{\"PassPhrase\": \"***\", \"my secret\": \"***\", \"auth_token\": \"***\"}"));
	CU_ASSERT_TRUE(is_masked_as("{\"key\": \"k\", \"credential_id\": \"c\", \"private\": \"p\"}",
				    "{\"key\": \"***\", \"credential_id\": \"***\", \"private\": \"***\"}"));
	CU_ASSERT_TRUE(is_masked_as("{\"pwd\": \"p\", \"n\": 1, \"is\": false}",
				    "{\"pwd\": \"***\", \"n\": \"***\", \"is\": \"***\"}"));
	CU_ASSERT_TRUE(is_masked_as("{\"domain\": \"d\", \"project_domain_name\": \"e\"}",
				    "{\"domain\": \"d\", \"project_domain_name\": \"e\"}"));
}

static void what_is_sealed_is_all_that_was_sent(void)
{
	static const char auth[] = "{\"a\": \"x \\\"\\u0001\\u20ac\", \"b\": -7, \"c\": true, "
				   "\"d\": false, \"e:f\": \"\"}";
	struct req *rq = rq_new();
	struct json_object *value = value_of(rq, auth);

	CU_ASSERT_TRUE(json_same(value_of(rq, auth_text(rq, value).data), value));
}

static void without_a_key_only_what_is_no_secret_is_taken(void)
{
	struct req *rq = rq_new();

	CU_ASSERT_TRUE_FATAL(seal_configure(""));
	CU_ASSERT_TRUE(may_seal(rq, NULL));
	CU_ASSERT_TRUE(may_seal(rq, value_of(rq, "{}")));
	CU_ASSERT_EQUAL(rq->problem.status, 0);
	CU_ASSERT_FALSE(may_seal(rq, value_of(rq, "{\"password\": \"hush\"}")));
	CU_ASSERT_EQUAL(rq->problem.status, 503);
	CU_ASSERT_PTR_NOT_NULL(strstr(rq->problem.description, "secret create"));
	CU_ASSERT_PTR_NULL(strstr(rq->problem.description, "hush"));
}

static void both_words_for_a_state_mean_the_same(void)
{
	CU_ASSERT_STRING_EQUAL(attempt_status("started"), "in_progress");
	CU_ASSERT_STRING_EQUAL(attempt_status("in_progress"), "in_progress");
	CU_ASSERT_STRING_EQUAL(attempt_status("failed"), "fail");
	CU_ASSERT_STRING_EQUAL(attempt_status("fail"), "fail");
	CU_ASSERT_STRING_EQUAL(attempt_status("success"), "success");
	CU_ASSERT_STRING_EQUAL(attempt_status("other"), "other");
}

static const struct unit units[] = {
	{ "all but what names say of user and place is masked", all_but_known_names_is_masked },
	{ "what is sealed is all that was sent", what_is_sealed_is_all_that_was_sent },
	{ "without a key only what is no secret is taken",
	  without_a_key_only_what_is_no_secret_is_taken },
	{ "both words for a state mean the same", both_words_for_a_state_mean_the_same },
	{ 0 }
};

int main(void)
{
	return unit_run("restores", units);
}
