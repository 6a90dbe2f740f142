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
	const char *name;
	const char *text;
	const char *description;
	struct check_tree *tree;
};

/*
 * Parse the text of a rule. "" allows; a text that is no sentence of the language denies
 * (oslo.policy). NULL only without memory; release with policy_release(). The list-of-lists form
 * would be a second function that fills the same tree.
 */
struct check_tree *policy_parse(const char *text);
void policy_release(struct check_tree *tree);

/* Lead each rule:NAME of the tree to its rule. False when one of them does not exist. */
bool policy_link(struct check_tree *tree);

/* What the tree says, without a look at the scope of the token. */
bool policy_holds(const struct check_tree *tree, const struct caller *caller,
		  const struct target *target);

/* The rule of that name, or NULL. */
const struct rule *policy_find(const char *name);

#endif
