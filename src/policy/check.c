/* A rule, a caller and a target give yes or no. */
#include "config.h"
#include "policy/policy_int.h"

#include <string.h>
#include <strings.h>

/* One question on its way through the rules. */
struct question {
	const struct caller *caller;
	const struct target *target;
	unsigned depth;
	bool is_refused;   /* met something that can't be answered: no, even below a "not" */
};

typedef int (*compare_function)(const char *, const char *, size_t);

static bool check_holds(struct question *question, const struct check *check);

static const char *target_value(const struct target *target, const char *key, size_t len)
{
	if (len == strlen("project_id") && strncmp(key, "project_id", len) == 0)
		return target->project_id;
	if (len == strlen("user_id") && strncmp(key, "user_id", len) == 0)
		return target->user_id;
	return NULL;
}

/* Is `value` what the right side becomes? Compared piece by piece, so nothing is allocated. */
static bool right_equals(const struct question *question, const char *right, const char *value,
			 compare_function compare)
{
	while (*right != '\0') {
		const char *piece = right;
		size_t len = strcspn(right, "%");
		const char *rest = right + len;

		if (right[0] == '%' && right[1] == '(') {
			size_t key = strcspn(right + 2, ")");
			piece = target_value(question->target, right + 2, key);
			if (piece == NULL)
				return false;
			len = strlen(piece);
			rest = right + 2 + key + 2;
		} else if (right[0] == '%') {
			len = 1;
			rest = right + 2;
		}
		if (compare(value, piece, len) != 0)
			return false;
		value += len;
		right = rest;
	}
	return *value == '\0';
}

static bool equals(const struct question *question, const struct check *check, const char *value)
{
	return value != NULL && right_equals(question, check->right, value, strncmp);
}

static bool list_holds(const struct question *question, const struct check *check,
		       const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (equals(question, check, list[i]))
			return true;
	return false;
}

static bool role_holds(const struct question *question, const struct check *check)
{
	const struct caller *caller = question->caller;

	for (size_t i = 0; i < caller->role_count; i++)
		if (right_equals(question, check->right, caller->roles[i], strncasecmp))
			return true;
	return false;
}

/* Rules may ask rules, also themselves by mistake; too deep is refused. */
static bool rule_holds(struct question *question, const struct rule *rule)
{
	if (rule == NULL)
		return false;
	if (question->depth == POLICY_DEPTH_MAX) {
		question->is_refused = true;
		return false;
	}
	question->depth++;
	bool holds = check_holds(question, rule->tree->root);
	question->depth--;
	return holds;
}

/* Of a credential that is one text; NULL where the token does not say it. */
static const char *credential_text(enum credential credential, const struct caller *caller)
{
	switch (credential) {
	case CREDENTIAL_USER_ID:
		return caller->user_id;
	case CREDENTIAL_USER_NAME:
		return caller->user_name;
	case CREDENTIAL_USER_DOMAIN_ID:
		return caller->user_domain_id;
	case CREDENTIAL_PROJECT_ID:
		return caller->project_id;
	case CREDENTIAL_PROJECT_NAME:
		return caller->project_name;
	case CREDENTIAL_PROJECT_DOMAIN_ID:
		return caller->project_domain_id;
	case CREDENTIAL_DOMAIN_ID:
		return caller->domain_id;
	case CREDENTIAL_SYSTEM_SCOPE:
		return caller->is_system_scoped ? "all" : NULL;
	case CREDENTIAL_IS_ADMIN_PROJECT:
		return caller->is_admin_project ? "True" : "False";
	case CREDENTIAL_TRUST_ID:
		return caller->trust_id;
	case CREDENTIAL_SERVICE_USER_ID:
		return caller->service_user_id;
	case CREDENTIAL_SERVICE_PROJECT_ID:
		return caller->service_project_id;
	default:
		return NULL;
	}
}

static bool credential_holds(struct question *question, const struct check *check)
{
	const struct caller *caller = question->caller;

	switch (check->credential) {
	case CREDENTIAL_ROLES:
		return list_holds(question, check, caller->roles, caller->role_count);
	case CREDENTIAL_SERVICE_ROLES:
		return list_holds(question, check, caller->service_roles,
				  caller->service_role_count);
	case CREDENTIAL_IS_ADMIN:
		return equals(question, check,
			      rule_holds(question, check->rule) ? "True" : "False");
	default:
		return equals(question, check, credential_text(check->credential, caller));
	}
}

static bool all_hold(struct question *question, const struct check *check)
{
	for (; check != NULL; check = check->next)
		if (!check_holds(question, check))
			return false;
	return true;
}

static bool any_holds(struct question *question, const struct check *check)
{
	for (; check != NULL; check = check->next)
		if (check_holds(question, check))
			return true;
	return false;
}

static bool check_holds(struct question *question, const struct check *check)
{
	if (question->is_refused)
		return false;
	switch (check->kind) {
	case CHECK_TRUE:
		return true;
	case CHECK_REFUSED:
		question->is_refused = true;
		return false;
	case CHECK_ROLE:
		return role_holds(question, check);
	case CHECK_RULE:
		return rule_holds(question, check->rule);
	case CHECK_LITERAL:
		return equals(question, check, check->left);
	case CHECK_CREDENTIAL:
		return credential_holds(question, check);
	case CHECK_NOT:
		return !check_holds(question, check->first);
	case CHECK_AND:
		return all_hold(question, check->first);
	case CHECK_OR:
		return any_holds(question, check->first);
	case CHECK_FALSE:
		break;
	}
	return false;
}

bool policy_holds(const struct check_tree *tree, const struct caller *caller,
		  const struct target *target)
{
	struct question question = { .caller = caller, .target = target };
	bool holds = check_holds(&question, tree->root);

	return holds && !question.is_refused;
}

/* Every rule of ours is for tokens of a project (secure RBAC); others hold roles elsewhere. */
static bool is_project_scoped(const struct caller *caller)
{
	return caller->project_id != NULL && !caller->is_domain_scoped && !caller->is_system_scoped;
}

bool policy_check(const char *rule, const struct caller *caller, const struct target *target)
{
	policy_refresh();
	const struct rule *found = policy_find(rule);
	if (found == NULL || !is_project_scoped(caller))
		return false;
	return policy_holds(found->tree, caller, target);
}
