/* May they? The oslo.policy rule language over built-in defaults. */
#ifndef PERMAFROST_POLICY_POLICY_H
#define PERMAFROST_POLICY_POLICY_H

#include "base/req.h"

#include <stdbool.h>

/* What a rule is asked about: %(key)s in a rule reads these. */
struct target {
	const char *project_id;
	const char *user_id;
};

/* True when `rule` (e.g. "jobs:create") lets the caller at the target. Unknown or unparsable
 * rules are false (spec freezer-v1-v2 2.12; oslo.policy). */
bool policy_check(const char *rule, const struct caller *caller, const struct target *target);

/* True when a rule of that name exists. */
bool policy_has_rule(const char *rule);

/* Put the built-in rules in force, and no others. False only without memory. */
bool policy_init(void);

/*
 * Put the built-in rules in force with those of a file and of the files in directories (separated
 * by blanks or commas) over them; "" for none, and what does not exist defines nothing. False when
 * a file is broken: the reasons are logged, and the rules that were in force stay.
 */
bool policy_load(const char *file, const char *directories);

/* Load again what policy_load() was told when it changed; looks once a second at most. Broken
 * files are logged and change nothing. */
void policy_refresh(void);

/* Call row(name, rule text, description, argument) for each rule in force; the description of an
 * operator's own rule is NULL. */
void policy_each(void (*row)(const char *name, const char *rule, const char *description,
			     void *argument), void *argument);

#endif
