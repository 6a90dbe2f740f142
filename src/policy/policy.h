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

/* Parse the built-in defaults; once, before the first check. False when one of them is broken. */
bool policy_init(void);

/* Call row(name, rule text, description, argument) for each rule in order of definition. */
void policy_each(void (*row)(const char *name, const char *rule, const char *description,
			     void *argument), void *argument);

#endif
