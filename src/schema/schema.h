/* Is the body what the route asks for? The first thing wrong is named by its JSON path. */
#ifndef PERMAFROST_SCHEMA_SCHEMA_H
#define PERMAFROST_SCHEMA_SCHEMA_H

#include "base/clock.h"
#include "base/req.h"
#include "base/resource.h"

#include <stdbool.h>

struct json_object;

/*
 * Check `value` (an object) against `shape`. False with a 400 problem that names the JSON path,
 * the value (cut at 64 characters) and the rule; an unknown member of a closed shape says
 * "Additional properties are not allowed" (spec freezer-v1-v2 2.5).
 */
bool schema_check(struct req *rq, struct json_object *value, const struct shape *shape);

/* As schema_check for a value found at `path` (e.g. "$.job_actions[2]"). */
bool schema_check_at(struct req *rq, struct json_object *value, const struct shape *shape,
		     const char *path);

/* ---- describe.c ----------------------------------------------------------------------------- */

/* The shape as a JSON Schema (2020-12); the caller puts it. */
struct json_object *schema_describe(const struct shape *shape);

/* ---- formats.c: spec freezer-v1-v2 2.16 and 4.3 --------------------------------------------- */
bool format_word(const char *value);          /* [A-Za-z0-9_-]+ */
bool format_word_or_empty(const char *value);
bool format_client_id(const char *value);     /* optional WORD and '_', then a host name */
bool format_hostname(const char *value);      /* holds one letter or digit at least */
bool format_schedule_date(const char *value); /* YYYY-MM-DDThh:mm:ss, fraction, zone */
bool format_schedule_interval(const char *value); /* continuous, or a number and a unit */
bool format_year(const char *value);          /* four digits */

/* Those of the Data Protection API (spec data-protection-v1 2.8). */
bool format_uuid(const char *value);          /* UUID-like: see uuid_canonical() */
bool format_not_blank(const char *value);     /* holds something but white space */
bool format_printable(const char *value);     /* no line breaks, nothing that is not seen */
bool format_map_key(const char *value);       /* 1 to 255 of [a-zA-Z0-9-_:.# ] */
bool format_resource_id(const char *value);   /* 1 to 255 of [a-zA-Z0-9-_:.], not all signs */

/* What is UUID-like (any case, with or without hyphens, braces, "urn:", "uuid:") in the form that
 * documents have: lower case with hyphens. False when it is not UUID-like. */
bool uuid_canonical(const char *text, char out[UUID_DASHED_SIZE]);

#endif
