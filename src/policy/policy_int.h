/* Inside the policy room: a rule as a tree of checks. */
#ifndef PERMAFROST_POLICY_POLICY_INT_H
#define PERMAFROST_POLICY_POLICY_INT_H

#include "policy/policy.h"

#include <stdbool.h>
#include <stddef.h>

#define POLICY_NESTING_MAX 64  /* parentheses and nots inside one another, in one rule */
#define POLICY_DEPTH_MAX 32    /* rules that ask rules that ask rules */

enum check_kind {
	CHECK_FALSE,       /* also what can't be understood but has the look of a check */
	CHECK_TRUE,
	CHECK_REFUSED,     /* whoever comes here is denied, whatever stands around it */
	CHECK_ROLE,        /* the caller has the role `right` */
	CHECK_RULE,        /* the rule named `right` holds */
	CHECK_LITERAL,     /* the text `left` equals `right` */
	CHECK_CREDENTIAL,  /* what the token says about the caller equals `right` */
	CHECK_NOT,
	CHECK_AND,
	CHECK_OR,
};

enum credential {
	CREDENTIAL_UNKNOWN,
	CREDENTIAL_USER_ID,
	CREDENTIAL_USER_NAME,
	CREDENTIAL_PROJECT_ID,
	CREDENTIAL_PROJECT_NAME,
	CREDENTIAL_ROLES,
	CREDENTIAL_IS_ADMIN,
	CREDENTIAL_SYSTEM_SCOPE,
	CREDENTIAL_DOMAIN_ID,
	CREDENTIAL_USER_DOMAIN_ID,
	CREDENTIAL_PROJECT_DOMAIN_ID,
	CREDENTIAL_IS_ADMIN_PROJECT,
	CREDENTIAL_TRUST_ID,
	CREDENTIAL_SERVICE_USER_ID,
	CREDENTIAL_SERVICE_PROJECT_ID,
	CREDENTIAL_SERVICE_ROLES,
};

struct check {
	enum check_kind kind;
	enum credential credential;
	const char *left;
	const char *right;           /* may hold %(key)s, filled in from the target */
	const struct rule *rule;     /* CHECK_RULE and is_admin: what they lead to, or NULL */
	struct check *first;         /* operands of NOT, AND and OR */
	struct check *next;          /* the operand after this one */
};

/* One rule's checks and the text they point into: a single piece of memory. */
struct check_tree {
	const struct check *root;
	bool is_faulty;              /* some part of it was not understood */
	size_t count;
	struct check checks[];
};

struct rule {
	char *name;
	char *text;
	const char *description;     /* of a built-in rule, else NULL */
	struct check_tree *tree;
	enum { UNVISITED, VISITING, VISITED } visit;   /* while circles are looked for */
};

struct ruleset;

/* ---- parse.c -------------------------------------------------------------------------------- */

/*
 * Parse the text of a rule. "" allows; a text that is no sentence of the language denies
 * (oslo.policy). NULL only without memory; release with policy_release().
 */
struct check_tree *policy_parse(const char *text);

/*
 * The same for the list-of-lists form: `count` words, each a check, and NULL at the end of each
 * inner list. All checks of an inner list must hold, of any list; no lists at all allow.
 */
struct check_tree *policy_parse_lists(const char *const *words, size_t count);
void policy_release(struct check_tree *tree);

/* ---- file.c --------------------------------------------------------------------------------- */

/* Put the rules of a file over those of the set. False when something in it is wrong; each reason
 * is logged with file, and line or rule. */
bool policy_file_load(struct ruleset *set, const char *path);

/* ---- rules.c -------------------------------------------------------------------------------- */

/* A set with the built-in rules; NULL without memory. */
struct ruleset *ruleset_new(void);
void ruleset_free(struct ruleset *set);

/* Define a rule, or define it anew. The set takes the tree. False, with the reason logged, when it
 * is faulty or there are too many. */
bool ruleset_put(struct ruleset *set, const char *name, const char *text, struct check_tree *tree);

/* Lead each rule:NAME to its rule; a name of no rule is warned of. False when a rule leads to
 * itself. */
bool ruleset_link(struct ruleset *set);

/* The linked set is in force from now on; the former one is freed. */
void ruleset_enforce(struct ruleset *set);

/* Lead each rule:NAME of the tree to its rule. False when one of them does not exist. */
bool policy_link(struct check_tree *tree);

/* What the tree says, without a look at the scope of the token. */
bool policy_holds(const struct check_tree *tree, const struct caller *caller,
		  const struct target *target);

/* The rule of that name, or NULL. */
const struct rule *policy_find(const char *name);

#endif
