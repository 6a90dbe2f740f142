/* The table of rules: defaults.def, parsed once, found by name. */
#include "config.h"
#include "policy/policy_int.h"

#include "base/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct rule rules[] = {
#define RULE(name, rule, description) { name, rule, description, NULL },
#include "policy/defaults.def"
#undef RULE
};

#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))

static const struct rule *by_name[RULE_COUNT];
static bool is_ready;

static int compare_rules(const void *a, const void *b)
{
	const struct rule *const *left = a;
	const struct rule *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

static int compare_name(const void *name, const void *element)
{
	const struct rule *const *rule = element;

	return strcmp(name, (*rule)->name);
}

const struct rule *policy_find(const char *name)
{
	assert(is_ready);
	const struct rule **found = bsearch(name, by_name, RULE_COUNT, sizeof(by_name[0]),
					    compare_name);

	return found == NULL ? NULL : *found;
}

bool policy_link(struct check_tree *tree)
{
	bool linked = true;

	for (size_t i = 0; i < tree->count; i++) {
		struct check *check = &tree->checks[i];

		if (check->kind == CHECK_RULE)
			check->rule = policy_find(check->right);
		else if (check->credential == CREDENTIAL_IS_ADMIN)
			check->rule = policy_find("context_is_admin");
		else
			continue;
		linked = linked && check->rule != NULL;
	}
	return linked;
}

static bool rule_parse(struct rule *rule)
{
	policy_release(rule->tree);
	rule->tree = policy_parse(rule->text);
	if (rule->tree == NULL || rule->tree->is_faulty) {
		log_error("policy rule %s can't be parsed", rule->name);
		return false;
	}
	return true;
}

static bool rule_link(const struct rule *rule)
{
	if (policy_link(rule->tree))
		return true;
	log_error("policy rule %s refers to a rule that does not exist", rule->name);
	return false;
}

static bool rules_parse(void)
{
	for (size_t i = 0; i < RULE_COUNT; i++) {
		if (!rule_parse(&rules[i]))
			return false;
		by_name[i] = &rules[i];
	}
	qsort(by_name, RULE_COUNT, sizeof(by_name[0]), compare_rules);
	is_ready = true;
	return true;
}

bool policy_init(void)
{
	if (!rules_parse())
		return false;
	for (size_t i = 0; i < RULE_COUNT; i++)
		if (!rule_link(&rules[i]))
			return false;
	return true;
}

bool policy_has_rule(const char *rule)
{
	return policy_find(rule) != NULL;
}

void policy_each(void (*row)(const char *name, const char *rule, const char *description,
			     void *argument), void *argument)
{
	for (size_t i = 0; i < RULE_COUNT; i++)
		row(rules[i].name, rules[i].text, rules[i].description, argument);
}
