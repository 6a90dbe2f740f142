/* What an application credential may be used for, by its access rules. */
#include "config.h"

#include "identity/access_rules.h"

#include <CUnit/CUnit.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "identity/keystone.h"
#include "unit.h"

static struct arena *arena;

static bool fits(const char *pattern, const char *path)
{
	return access_path_fits(arena, pattern, path);
}

static void plain_pattern_is_that_path(void)
{
	CU_ASSERT_TRUE(fits("/v2/p/jobs", "/v2/p/jobs"));
	CU_ASSERT_FALSE(fits("/v2/p/jobs", "/v2/p/job"));
	CU_ASSERT_FALSE(fits("/v2/p/jobs", "/v2/p/jobs/"));
	CU_ASSERT_FALSE(fits("/v2/p/jobs", ""));
	CU_ASSERT_FALSE(fits("", "/"));
	CU_ASSERT_FALSE(fits("/v2.", "/v2x"));
}

static void star_and_name_are_one_segment(void)
{
	const char *const patterns[] = { "/v2/*/jobs", "/v2/{project_id}/jobs", "/v2/{}/jobs" };

	for (size_t n = 0; n < sizeof(patterns) / sizeof(patterns[0]); n++) {
		CU_ASSERT_TRUE(fits(patterns[n], "/v2/p/jobs"));
		CU_ASSERT_TRUE(fits(patterns[n], "/v2/a-longer-one/jobs"));
		CU_ASSERT_FALSE(fits(patterns[n], "/v2//jobs"));
		CU_ASSERT_FALSE(fits(patterns[n], "/v2/a/b/jobs"));
		CU_ASSERT_FALSE(fits(patterns[n], "/v2/p/jobs/j"));
	}
	CU_ASSERT_TRUE(fits("/v*/jobs", "/v2/jobs"));
	CU_ASSERT_TRUE(fits("*s", "jobss"));
	CU_ASSERT_FALSE(fits("/{a}{b}", "/x"));
	CU_ASSERT_TRUE(fits("/{a}{b}", "/xy"));
}

static void two_stars_are_anything(void)
{
	CU_ASSERT_TRUE(fits("**", ""));
	CU_ASSERT_TRUE(fits("/v2/**", "/v2/"));
	CU_ASSERT_TRUE(fits("/v2/**", "/v2/p/jobs/j/event"));
	CU_ASSERT_FALSE(fits("/v2/**", "/v2"));
	CU_ASSERT_TRUE(fits("/v2/**/event", "/v2/p/jobs/j/event"));
	CU_ASSERT_FALSE(fits("/v2/**/event", "/v2/p/jobs/j"));
	CU_ASSERT_TRUE(fits("**/*", "a/b/c"));
	CU_ASSERT_FALSE(fits("**/*", "a/b/"));
	CU_ASSERT_FALSE(fits("***", ""));
	CU_ASSERT_TRUE(fits("***", "x"));
}

static void braces_that_do_not_pair_count_for_nothing(void)
{
	CU_ASSERT_TRUE(fits("/v2/{x", "/v2/x"));
	CU_ASSERT_TRUE(fits("/v2/x}", "/v2/x"));
	CU_ASSERT_FALSE(fits("/v2/{x", "/v2/{x"));
}

/* Whoever makes a credential writes its patterns: none may cost us more than its length. */
static void pattern_of_many_stars_is_soon_judged(void)
{
	char pattern[256] = "", path[8192];

	for (int n = 0; n < 60; n++)
		strcat(pattern, "**a");
	memset(path, 'a', sizeof(path) - 2);
	strcpy(path + sizeof(path) - 2, "b");
	CU_ASSERT_FALSE(fits(pattern, path));
}

static void one_rule_is_enough_and_all_of_it_must_fit(void)
{
	const char *const rules =
		"[{\"id\":\"1\",\"service\":\"compute\",\"method\":\"GET\",\"path\":\"/v2/**\"},"
		" {\"id\":\"2\",\"service\":\"backup\",\"method\":\"POST\",\"path\":\"/v2/*/backups\"},"
		" {\"id\":\"3\",\"service\":\"backup\",\"method\":\"GET\",\"path\":\"/v2/*/jobs\"}]";

	CU_ASSERT_TRUE(access_allowed(arena, rules, "backup", "POST", "/v2/p/backups"));
	CU_ASSERT_TRUE(access_allowed(arena, rules, "backup", "GET", "/v2/p/jobs"));
	CU_ASSERT_FALSE(access_allowed(arena, rules, "backup", "GET", "/v2/p/backups"));
	CU_ASSERT_FALSE(access_allowed(arena, rules, "backup", "HEAD", "/v2/p/jobs"));
	CU_ASSERT_FALSE(access_allowed(arena, rules, "backup", "get", "/v2/p/jobs"));
	CU_ASSERT_FALSE(access_allowed(arena, rules, "data-protect", "GET", "/v2/p/jobs"));
}

static void what_is_no_list_of_rules_allows_nothing(void)
{
	const char *const rules[] = { "[]", "{}", "true", "", "[", "[1]", "[{}]",
		"[{\"service\":\"backup\",\"method\":\"GET\"}]",
		"[{\"service\":\"backup\",\"method\":\"GET\",\"path\":7}]",
		"[{\"service\":[\"backup\"],\"method\":\"GET\",\"path\":\"**\"}]" };

	for (size_t n = 0; n < sizeof(rules) / sizeof(rules[0]); n++)
		CU_ASSERT_FALSE(access_allowed(arena, rules[n], "backup", "GET", "/v2/p/jobs"));
}

static const char *rules_of(const char *credential)
{
	const char *text = arena_printf(arena, "{\"token\":{\"expires_at\":\"2099-01-01T00:00:00Z\","
					"\"user\":{\"id\":\"u1\"},\"project\":{\"id\":\"p1\"}%s}}", credential);
	struct caller caller = { 0 };
	struct json_object *body;
	struct json_error error;

	CU_ASSERT_TRUE_FATAL(json_parse(arena, text, strlen(text), &body, &error));
	CU_ASSERT_TRUE_FATAL(keystone_token_read(arena, body, &caller));
	return caller.access_rules;
}

static void token_of_a_credential_brings_its_rules(void)
{
	const char *rules = rules_of(",\"application_credential\":{\"id\":\"a1\","
				     "\"access_rules\":[{\"path\":\"/v2/**\"}]}");

	CU_ASSERT_PTR_NOT_NULL_FATAL(rules);
	CU_ASSERT_STRING_EQUAL(rules, "[{\"path\":\"/v2/**\"}]");
	CU_ASSERT_PTR_NOT_NULL(rules_of(",\"application_credential\":{\"access_rules\":[]}"));
	CU_ASSERT_PTR_NULL(rules_of(",\"application_credential\":{\"id\":\"a1\"}"));
	CU_ASSERT_PTR_NULL(rules_of(""));
}

int main(void)
{
	static const struct unit units[] = {
		{ "a pattern without stars is the path itself", plain_pattern_is_that_path },
		{ "* and {name} are one segment, and not empty", star_and_name_are_one_segment },
		{ "** is anything, also nothing", two_stars_are_anything },
		{ "braces that do not pair count for nothing", braces_that_do_not_pair_count_for_nothing },
		{ "a pattern of many stars is soon judged", pattern_of_many_stars_is_soon_judged },
		{ "one rule is enough, all of which must fit", one_rule_is_enough_and_all_of_it_must_fit },
		{ "what is no list of rules allows nothing", what_is_no_list_of_rules_allows_nothing },
		{ "a token of a credential brings its rules", token_of_a_credential_brings_its_rules },
		{ 0 }
	};

	arena = arena_new();
	int status = unit_run("access_rules", units);
	arena_free(arena);
	return status;
}
