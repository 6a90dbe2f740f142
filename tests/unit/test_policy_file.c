/* Policy files: what an operator may write, what is refused, and when a change counts. */
#include "config.h"

#include "policy/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "files.h"
#include "unit.h"

static bool loads(const char *text)
{
	file_write("policy.yaml", text);
	return policy_load(path_of("policy.yaml"), "");
}

/* May a member of project "mine" who holds the role? */
static bool may(const char *role, const char *rule)
{
	const struct caller caller = { .project_id = "mine", .roles = { role }, .role_count = 1 };
	const struct target target = { .project_id = "mine" };

	return policy_check(rule, &caller, &target);
}

static void a_file_goes_over_the_built_in_rules(void)
{
	CU_ASSERT(loads("# ours\n\"jobs:create\": \"role:boss\"\n"));
	CU_ASSERT(may("boss", "jobs:create"));
	CU_ASSERT(!may("member", "jobs:create"));
	CU_ASSERT(may("member", "jobs:update"));
}

static void json_is_as_good_as_yaml(void)
{
	CU_ASSERT(loads("{\n\t\"jobs:create\": \"role:boss\",\n\t\"jobs:get\": \"!\"\n}\n"));
	CU_ASSERT(may("boss", "jobs:create"));
	CU_ASSERT(!may("admin", "jobs:get"));
}

static void rules_may_be_lists_of_lists(void)
{
	CU_ASSERT(loads("one: [[\"role:a\"], [\"role:b\", \"project_id:mine\"]]\n"
			"two: [\"role:a\", \"role:b\"]\n"
			"none: []\n"
			"empty: [[]]\n"
			"both: [[\"role:a\", \"role:b\"]]\n"));
	CU_ASSERT(may("a", "one") && may("b", "one") && !may("c", "one"));
	CU_ASSERT(may("a", "two") && may("b", "two") && !may("c", "two"));
	CU_ASSERT(may("c", "none"));
	CU_ASSERT(!may("c", "empty"));
	CU_ASSERT(!may("a", "both"));
}

static void names_of_no_rule_lead_to_the_default_rule(void)
{
	CU_ASSERT(loads("\"jobs:get\": \"rule:nowhere\"\n"));
	CU_ASSERT(!may("admin", "jobs:get"));
	CU_ASSERT(loads("\"jobs:get\": \"rule:nowhere\"\ndefault: \"role:boss\"\n"));
	CU_ASSERT(may("boss", "jobs:get"));
}

static void an_empty_file_changes_nothing(void)
{
	CU_ASSERT(loads(""));
	CU_ASSERT(loads("# nothing\n"));
	CU_ASSERT(loads("{}"));
	CU_ASSERT(may("member", "jobs:create"));
}

static void what_is_no_rule_is_refused(void)
{
	static const char *const broken[] = {
		"a: [1]", "a: {b: c}", "a: yes", "a: ", "a: ~", "a: 7", "- x", "just text",
		"a: \"role:x", "a: &x \"@\"\nb: *x", "a: \"@\"\n---\nb: \"@\"", "a: [[[\"@\"]]]",
		"a: \"role:x or\"", "a: \"http://127.0.0.1/\"", "a: \"bogus\"",
		"a: \"rule:b\"\nb: \"not rule:a\"", "a: \"rule:a\"", "[]", "{\"a\": {\"b\": \"c\"}}",
		"{\"a\": 1}", "{\"a\": [[[\"@\"]]]}", "? [a]\n: b", "a: \"x\\0y\"",
	};

	for (size_t n = 0; n < sizeof(broken) / sizeof(broken[0]); n++) {
		if (loads(broken[n])) {
			printf("#   accepted: %s\n", broken[n]);
			CU_FAIL("see above");
		}
	}
}

/* As many rules of an operator's own as `count`, which all say "@". */
static bool loads_many(size_t count)
{
	FILE *file = fopen(path_of("policy.yaml"), "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	for (size_t n = 0; n < count; n++)
		fprintf(file, "rule_%zu: \"@\"\n", n);
	fclose(file);
	return policy_load(path_of("policy.yaml"), "");
}

static void there_is_a_limit_to_the_number_of_rules(void)
{
	CU_ASSERT(loads_many(1000));
	CU_ASSERT(may("reader", "rule_999"));
	CU_ASSERT(!loads_many(2000));
	CU_ASSERT(may("reader", "rule_999") && !policy_has_rule("rule_1999"));
}

static void a_broken_file_changes_nothing(void)
{
	CU_ASSERT(loads("\"jobs:get\": \"role:boss\"\n"));
	CU_ASSERT(!loads("\"jobs:get\": \"@\"\n\"jobs:create\": \"role:x or\"\n"));
	CU_ASSERT(may("boss", "jobs:get") && !may("member", "jobs:get"));
}

static void directories_go_over_the_file_in_name_order(void)
{
	char more[256];

	snprintf(more, sizeof(more), "%s", path_of("more"));
	CU_ASSERT(mkdir(more, 0700) == 0);
	file_write("policy.yaml", "one: \"role:a\"\ntwo: \"role:a\"\nthree: \"role:a\"\n");
	file_write("more/10-a.yaml", "two: \"role:b\"\nthree: \"role:b\"\n");
	file_write("more/20-b.yaml", "three: \"role:c\"\n");
	file_write("more/.hidden", "one: \"role:z\"\n");
	CU_ASSERT(policy_load(path_of("policy.yaml"), more));
	CU_ASSERT(may("a", "one") && may("b", "two") && may("c", "three"));
	CU_ASSERT(!may("b", "three"));
}

static void files_need_not_be_there(void)
{
	CU_ASSERT(policy_load(path_of("nowhere.yaml"), "/nowhere /nowhere/else"));
	CU_ASSERT(may("member", "jobs:create"));
	CU_ASSERT(policy_load("", ""));
	CU_ASSERT(may("member", "jobs:create"));
}

/* A change is a second old when it counts, and is looked for once a second. */
#define SOON_MS 2200

static void a_change_counts_without_a_restart(void)
{
	CU_ASSERT(loads("\"jobs:get\": \"role:boss\"\n"));
	CU_ASSERT(!may("member", "jobs:get"));
	file_write("policy.yaml", "\"jobs:get\": \"role:boss or role:member\"\n");
	unit_wait_ms(SOON_MS);
	CU_ASSERT(may("member", "jobs:get"));
	file_write("policy.yaml", "\"jobs:get\": \"broken or\"\n");
	unit_wait_ms(SOON_MS);
	CU_ASSERT(may("member", "jobs:get"));
	unlink(path_of("policy.yaml"));
	unit_wait_ms(SOON_MS);
	CU_ASSERT(may("reader", "jobs:get"));
}

/* A file that was emptied or taken away to be written anew is no file without rules. */
static void a_file_that_is_being_written_does_not_count(void)
{
	CU_ASSERT(loads("\"jobs:get\": \"role:boss\"\n"));
	unit_wait_ms(SOON_MS);
	file_write("policy.yaml", "");
	CU_ASSERT(!may("member", "jobs:get"));
	file_write("policy.yaml", "\"jobs:get\": \"role:boss\"\n");
	unit_wait_ms(SOON_MS);
	unlink(path_of("policy.yaml"));
	CU_ASSERT(!may("member", "jobs:get"));
	file_write("policy.yaml", "\"jobs:get\": \"role:boss or\"\n");
	unit_wait_ms(SOON_MS);
	CU_ASSERT(!may("member", "jobs:get"));
}

static const struct unit units[] = {
	{ "a file goes over the built-in rules", a_file_goes_over_the_built_in_rules },
	{ "JSON is as good as YAML", json_is_as_good_as_yaml },
	{ "rules may be lists of lists", rules_may_be_lists_of_lists },
	{ "names of no rule lead to the default rule", names_of_no_rule_lead_to_the_default_rule },
	{ "an empty file changes nothing", an_empty_file_changes_nothing },
	{ "what is no rule is refused", what_is_no_rule_is_refused },
	{ "there is a limit to the number of rules", there_is_a_limit_to_the_number_of_rules },
	{ "a broken file changes nothing", a_broken_file_changes_nothing },
	{ "directories go over the file in name order", directories_go_over_the_file_in_name_order },
	{ "files need not be there", files_need_not_be_there },
	{ "a change counts without a restart", a_change_counts_without_a_restart },
	{ "a file that is being written does not count",
	  a_file_that_is_being_written_does_not_count },
	{ NULL, NULL }
};

int main(void)
{
	directory_make();
	log_threshold(0);
	int status = policy_init() ? unit_run("policy files", units) : EXIT_FAILURE;
	directory_remove();
	return status;
}
