/* Who may do what, and the rule language. */
#include "config.h"

#include "policy/policy_int.h"

#include <string.h>

#include "cases.h"
#include "unit.h"

/* ---- the words of policy.cases -------------------------------------------------------------- */

/* Cuts `text` at `mark` and gives what follows it; NULL when it is not there. */
static char *cut_at(char *text, const char *mark)
{
	char *at = strstr(text, mark);

	if (at == NULL)
		return NULL;
	*at = '\0';
	return at + strlen(mark);
}

static void read_roles(char *text, struct caller *caller)
{
	if (strcmp(text, "nobody") == 0)
		return;
	for (char *role = strsep(&text, ","); role != NULL; role = strsep(&text, ","))
		caller->roles[caller->role_count++] = role;
}

static bool read_caller(char *text, struct caller *caller)
{
	caller->user_id = cut_at(text, " as ");
	if (caller->user_id == NULL)
		caller->user_id = "u1";
	caller->project_id = cut_at(text, " in ");
	caller->is_system_scoped = cut_at(text, " of the system") != NULL;
	caller->is_domain_scoped = cut_at(text, " of a domain") != NULL;
	bool unscoped = cut_at(text, " unscoped") != NULL;
	read_roles(text, caller);
	return (caller->project_id != NULL) + caller->is_system_scoped +
	       caller->is_domain_scoped + unscoped == 1;
}

static bool read_target(char *text, struct target *target)
{
	char *user = cut_at(text, " user ");

	if (strcmp(text, "nothing") == 0)
		return true;
	if (strncmp(text, "user", 4) == 0) {
		target->user_id = text + 4 + (text[4] == ' ');
		return true;
	}
	target->user_id = user;
	target->project_id = cut_at(text, "project ");
	return target->project_id != NULL;
}

/* ---- asking --------------------------------------------------------------------------------- */

static bool text_allows(const char *text, const struct caller *caller, const struct target *target)
{
	struct check_tree *tree = policy_parse(text);

	policy_link(tree);
	bool allows = policy_holds(tree, caller, target);
	policy_release(tree);
	return allows;
}

static bool ask(char *rule, const struct caller *caller, const struct target *target)
{
	size_t len = strlen(rule);

	if (rule[0] != '"')
		return policy_check(rule, caller, target);
	rule[len - 1] = '\0';
	return text_allows(rule + 1, caller, target);
}

/* A quoted rule ends at its last quote, so that it may hold what it likes. */
static char *rule_column(char **line)
{
	char *start = *line + strspn(*line, CASE_BLANKS);
	char *end = strrchr(start, '"');

	if (*start != '"')
		return cases_column(line);
	*line = end + 2;
	end[1] = '\0';
	return start;
}

static bool judge(char *line)
{
	struct caller caller = { 0 };
	struct target target = { 0 };
	const char *verdict = cases_column(&line);
	char *rule = rule_column(&line);
	char *who = cases_column(&line);
	char *where = cases_column(&line);

	if (!read_caller(who, &caller) || !read_target(where, &target))
		return false;
	return strcmp(verdict, ask(rule, &caller, &target) ? "allow" : "deny") == 0;
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void rules_allow_and_deny_as_told(void)
{
	CU_ASSERT(cases_all_true("policy.cases", judge));
}

/* The rule whose cases are counted, and how many of each verdict there were. */
static const char *wanted;
static size_t seen_allow, seen_deny;

static bool count_wanted(char *line)
{
	bool allow = strcmp(cases_column(&line), "allow") == 0;

	if (strcmp(rule_column(&line), wanted) != 0)
		return true;
	seen_allow += allow;
	seen_deny += !allow;
	return true;
}

static void expect_cases(const char *name, const char *rule, const char *description,
			 void *argument)
{
	size_t *rules = argument;

	(*rules)++;
	wanted = name;
	seen_allow = seen_deny = 0;
	CU_ASSERT(policy_has_rule(name));
	CU_ASSERT(rule[0] != '\0' && description[0] != '\0');
	CU_ASSERT(cases_all_true("policy.cases", count_wanted));
	if (seen_allow == 0 || seen_allow + seen_deny < 8)
		printf("#   too few cases of %s\n", name);
	CU_ASSERT(seen_allow > 0 && seen_allow + seen_deny >= 8);
}

static void every_rule_has_its_cases(void)
{
	size_t rules = 0;

	policy_each(expect_cases, &rules);
	CU_ASSERT(rules > 30);
	CU_ASSERT(!policy_has_rule("no_such_rule"));
}

static void parsing_again_changes_nothing(void)
{
	const struct caller caller = { .project_id = "p1", .roles = { "reader" }, .role_count = 1 };
	const struct target target = { .project_id = "p1" };

	CU_ASSERT(policy_init());
	CU_ASSERT(policy_check("jobs:get", &caller, &target));
	CU_ASSERT(!policy_check("jobs:create", &caller, &target));
}

static void a_scope_beside_the_project_denies(void)
{
	struct caller caller = { .project_id = "p1", .roles = { "admin" }, .role_count = 1 };
	const struct target target = { .project_id = "p1" };

	CU_ASSERT(policy_check("jobs:get", &caller, &target));
	caller.is_domain_scoped = true;
	CU_ASSERT(!policy_check("jobs:get", &caller, &target));
	caller.is_domain_scoped = false;
	caller.is_system_scoped = true;
	CU_ASSERT(!policy_check("jobs:get", &caller, &target));
}

static void what_a_token_says_is_a_credential(void)
{
	const struct caller caller = {
		.user_id = "u1", .user_name = "alice", .user_domain_id = "d1",
		.project_id = "p1", .project_name = "shop", .domain_id = "d2",
		.project_domain_id = "d3", .is_admin_project = true, .trust_id = "t1",
		.service_user_id = "s1", .service_project_id = "p2",
		.service_roles = { "service" }, .service_role_count = 1, .is_system_scoped = true,
	};
	static const char *const true_rules[] = {
		"user_id:u1", "user_name:alice", "project_id:p1", "project_name:shop",
		"user_domain_id:d1", "project_domain_id:d3", "domain_id:d2", "trust_id:t1",
		"is_admin_project:True", "service_user_id:s1", "service_project_id:p2",
		"service_roles:service", "system_scope:all",
	};
	const struct caller nobody = { 0 };
	const struct target target = { 0 };

	for (size_t i = 0; i < sizeof(true_rules) / sizeof(true_rules[0]); i++) {
		CU_ASSERT(text_allows(true_rules[i], &caller, &target));
		CU_ASSERT(!text_allows(true_rules[i], &nobody, &target));
	}
	CU_ASSERT(!text_allows("role:service", &caller, &target));
	CU_ASSERT(!text_allows("domain_id:d1 or trust_id:None", &caller, &target));
}

static void a_rule_that_asks_itself_denies(void)
{
	const struct caller caller = { .project_id = "p1" };
	const struct target target = { 0 };
	struct check_tree *tree = policy_parse("not rule:itself or rule:itself or @");
	const struct rule itself = { .tree = tree };

	for (size_t i = 0; i < tree->count; i++)
		if (tree->checks[i].kind == CHECK_RULE)
			tree->checks[i].rule = &itself;
	CU_ASSERT(!policy_holds(tree, &caller, &target));
	policy_release(tree);
}

/* `depth` times `before`, then "@", then as often `after`. */
static bool nested_allows(size_t depth, const char *before, const char *after)
{
	const struct caller caller = { .project_id = "p1" };
	const struct target target = { 0 };
	char text[4096], *end = text;

	for (size_t i = 0; i < depth; i++)
		end = stpcpy(end, before);
	end = stpcpy(end, "@");
	for (size_t i = 0; i < depth; i++)
		end = stpcpy(end, after);
	return text_allows(text, &caller, &target);
}

static void nesting_has_a_limit(void)
{
	CU_ASSERT(nested_allows(POLICY_NESTING_MAX - 1, "(", ")"));
	CU_ASSERT(!nested_allows(POLICY_NESTING_MAX, "(", ")"));
	CU_ASSERT(nested_allows(POLICY_NESTING_MAX - 2, "not ", ""));
	CU_ASSERT(!nested_allows(POLICY_NESTING_MAX, "not ", ""));
	CU_ASSERT(!nested_allows(1000, "((", "))"));
}

static bool is_faulty(const char *text)
{
	struct check_tree *tree = policy_parse(text);
	bool faulty = tree->is_faulty || !policy_link(tree);

	policy_release(tree);
	return faulty;
}

static void faults_are_noticed(void)
{
	CU_ASSERT(!is_faulty(""));
	CU_ASSERT(!is_faulty("role:admin or not (rule:admin_or_owner and is_admin:True)"));
	CU_ASSERT(is_faulty("role:admin or"));
	CU_ASSERT(is_faulty("role:admin or bogus"));
	CU_ASSERT(is_faulty("role:admin or http://127.0.0.1/"));
	CU_ASSERT(is_faulty("role:admin or rule:no_such_rule"));
	CU_ASSERT(is_faulty("role:%(project_id)"));
}

static const struct unit units[] = {
	{ "rules allow and deny as told", rules_allow_and_deny_as_told },
	{ "every rule has its cases", every_rule_has_its_cases },
	{ "parsing again changes nothing", parsing_again_changes_nothing },
	{ "a scope beside the project denies", a_scope_beside_the_project_denies },
	{ "what a token says can be asked for in a rule", what_a_token_says_is_a_credential },
	{ "a rule that asks itself denies", a_rule_that_asks_itself_denies },
	{ "nesting has a limit", nesting_has_a_limit },
	{ "faults are noticed", faults_are_noticed },
	{ NULL, NULL }
};

int main(void)
{
	if (!policy_init())
		return EXIT_FAILURE;
	return unit_run("policy", units);
}
