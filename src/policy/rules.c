/* The rules in force: the built-in ones with an operator's over them, found by name. */
#include "config.h"
#include "policy/policy_int.h"

#include "base/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define RULES_MAX 2000

static const struct {
	const char *name;
	const char *text;
	const char *description;
} defaults[] = {
#define RULE(name, rule, description) { name, rule, description },
#include "policy/defaults.def"
#undef RULE
};

#define DEFAULT_COUNT (sizeof(defaults) / sizeof(defaults[0]))

struct ruleset {
	struct rule *rules;          /* in order of definition */
	const struct rule **by_name;
	size_t count;
};

static struct ruleset *in_force;

/* ---- one set -------------------------------------------------------------------------------- */

static void rule_clear(struct rule *rule)
{
	free(rule->name);
	free(rule->text);
	policy_release(rule->tree);
}

void ruleset_free(struct ruleset *set)
{
	if (set == NULL)
		return;
	for (size_t n = 0; n < set->count; n++)
		rule_clear(&set->rules[n]);
	free(set->rules);
	free(set->by_name);
	free(set);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"   /* it loses track of what an array owns */

static struct rule *rule_named(struct ruleset *set, const char *name)
{
	for (size_t n = 0; n < set->count; n++) {
		if (strcmp(set->rules[n].name, name) == 0)
			return &set->rules[n];
	}
	return NULL;
}

static struct rule *rule_room(struct ruleset *set)
{
	if (set->count == RULES_MAX)
		return NULL;
	struct rule *more = realloc(set->rules, (set->count + 1) * sizeof(*more));
	if (more == NULL)
		return NULL;
	set->rules = more;
	set->rules[set->count] = (struct rule){ 0 };
	return &set->rules[set->count++];
}

bool ruleset_put(struct ruleset *set, const char *name, const char *text, struct check_tree *tree)
{
	struct rule *rule = rule_named(set, name);

	if (rule == NULL)
		rule = rule_room(set);
	if (rule == NULL || tree == NULL) {
		policy_release(tree);
		log_error("policy rule %s: there are more than %d rules, or no memory", name,
			  RULES_MAX);
		return false;
	}
	rule_clear(rule);
	rule->name = strdup(name);
	rule->text = strdup(text);
	rule->tree = tree;
	if (rule->name == NULL || rule->text == NULL)
		abort();
	if (tree->is_faulty)
		log_error("policy rule %s can't be parsed: %s", name, text);
	return !tree->is_faulty;
}

#pragma GCC diagnostic pop

struct ruleset *ruleset_new(void)
{
	struct ruleset *set = calloc(1, sizeof(*set));

	for (size_t n = 0; set != NULL && n < DEFAULT_COUNT; n++) {
		bool good = ruleset_put(set, defaults[n].name, defaults[n].text,
					policy_parse(defaults[n].text));
		assert(good);
		(void)good;
		set->rules[n].description = defaults[n].description;
	}
	return set;
}

/* ---- one rule leads to another -------------------------------------------------------------- */

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

static const struct rule *set_find(const struct ruleset *set, const char *name)
{
	const struct rule **found = bsearch(name, set->by_name, set->count,
					    sizeof(struct rule *), compare_name);

	return found == NULL ? NULL : *found;
}

/* A name that leads nowhere leads to the rule "default", if there is one (oslo.policy). */
static const struct rule *set_follow(const struct ruleset *set, const char *name)
{
	const struct rule *rule = set_find(set, name);

	return rule == NULL ? set_find(set, "default") : rule;
}

static bool tree_link(const struct ruleset *set, struct check_tree *tree)
{
	bool linked = true;

	for (size_t i = 0; i < tree->count; i++) {
		struct check *check = &tree->checks[i];

		if (check->kind == CHECK_RULE)
			check->rule = set_follow(set, check->right);
		else if (check->credential == CREDENTIAL_IS_ADMIN)
			check->rule = set_find(set, "context_is_admin");
		else
			continue;
		linked = linked && check->rule != NULL;
	}
	return linked;
}

/* Does a rule ask itself, by way of others or not? Each is looked at once. */
static bool rule_circles(struct ruleset *set, const struct rule *rule)
{
	struct rule *here = &set->rules[rule - set->rules];

	if (here->visit != UNVISITED)
		return here->visit == VISITING;
	here->visit = VISITING;
	for (size_t i = 0; i < here->tree->count; i++) {
		const struct rule *next = here->tree->checks[i].rule;
		if (next != NULL && rule_circles(set, next))
			return true;
	}
	here->visit = VISITED;
	return false;
}

static bool set_index(struct ruleset *set)
{
	free(set->by_name);
	set->by_name = calloc(set->count, sizeof(struct rule *));
	if (set->by_name == NULL)
		return false;
	for (size_t n = 0; n < set->count; n++)
		set->by_name[n] = &set->rules[n];
	qsort(set->by_name, set->count, sizeof(struct rule *), compare_rules);
	return true;
}

bool ruleset_link(struct ruleset *set)
{
	if (!set_index(set))
		return false;
	for (size_t n = 0; n < set->count; n++) {
		set->rules[n].visit = UNVISITED;
		if (!tree_link(set, set->rules[n].tree))
			log_warning("policy rule %s refers to a rule that does not exist, which "
				    "nobody passes", set->rules[n].name);
	}
	for (size_t n = 0; n < set->count; n++) {
		if (!rule_circles(set, &set->rules[n]))
			continue;
		log_error("policy rule %s leads to itself", set->rules[n].name);
		return false;
	}
	return true;
}

/* ---- the set in force ----------------------------------------------------------------------- */

void ruleset_enforce(struct ruleset *set)
{
	ruleset_free(in_force);
	in_force = set;
}

bool policy_init(void)
{
	struct ruleset *set = ruleset_new();

	if (set == NULL || !ruleset_link(set)) {
		ruleset_free(set);
		return false;
	}
	ruleset_enforce(set);
	return true;
}

const struct rule *policy_find(const char *name)
{
	assert(in_force != NULL);
	return set_find(in_force, name);
}

bool policy_link(struct check_tree *tree)
{
	return tree_link(in_force, tree);
}

bool policy_has_rule(const char *rule)
{
	return policy_find(rule) != NULL;
}

void policy_each(void (*row)(const char *name, const char *rule, const char *description,
			     void *argument), void *argument)
{
	for (size_t n = 0; n < in_force->count; n++) {
		const struct rule *rule = &in_force->rules[n];
		row(rule->name, rule->text, rule->description, argument);
	}
}
