/* Access rules of Keystone's application credentials. */
#ifndef PERMAFROST_IDENTITY_ACCESS_RULES_H
#define PERMAFROST_IDENTITY_ACCESS_RULES_H

#include <stdbool.h>

struct arena;

/*
 * Does the path (as it came in, still encoded) fit the pattern of a rule? In a pattern "*" and
 * "{name}" stand for one segment of a path or a piece of one, "**" for anything, all else for
 * itself (Keystone's API v3, application credentials). Works in the arena, in time of the product
 * of both lengths.
 */
bool access_path_fits(struct arena *arena, const char *pattern, const char *path);

/*
 * May a credential with these rules, [{"service", "method", "path"}] as JSON text, be used for
 * that? By one rule at least; no rules allow nothing, nor does what is no list. `service` is the
 * type of the service in Keystone's catalog.
 */
bool access_allowed(struct arena *arena, const char *rules, const char *service, const char *method,
		    const char *path);

#endif
