/* YAML that an operator wrote, as JSON values that know their line. */
#ifndef PERMAFROST_BASE_YAML_H
#define PERMAFROST_BASE_YAML_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

/* What a file may hold. */
struct yaml_rules {
	int nesting_max;      /* containers inside one another, at most JSON_DEPTH_MAX */
	bool texts_only;      /* 7, true and null are refused unless they are quoted */
	bool keys_once;       /* a repeated key is refused; else the last one counts */
};

/*
 * Read the one document of a text; `path` names it in the log. *value belongs to the arena; it is
 * NULL for a text that says nothing, and for null. False, with line and reason logged, when the
 * text is no YAML, or has aliases, tags other than !!str, keys that are no text, or more nesting
 * than the rules allow.
 *
 * Plain words are read as YAML 1.2 reads them: null, true, false and the numbers of JSON. Those on
 * which YAML 1.1 has other ideas (yes, 007, 2026-11-21) are refused: quoted, they are texts.
 */
bool yaml_read(struct arena *arena, const char *path, const char *text, size_t len,
	       const struct yaml_rules *rules, struct json_object **value);

/* The line on which a value of yaml_read() begins; 0 for null and numbers with a fraction. */
size_t yaml_line(struct json_object *value);

#endif
