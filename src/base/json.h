/* Strict JSON: RFC 8259 text in, json-c values out, numbers kept exact. */
#ifndef PERMAFROST_BASE_JSON_H
#define PERMAFROST_BASE_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Bounds of a text that a client sent. */
#define JSON_DEPTH_MAX 64          /* containers inside one another */
#define JSON_EXPONENT_MAX 308      /* 1e131071 would print as 131 kB in PostgreSQL */

/* Characters of one number, plus its exponent: PostgreSQL writes 1e300 as 301 digits, and what a
 * client was shown it may send back. */
#define JSON_NUMBER_LENGTH_MAX (64 + JSON_EXPONENT_MAX)

/*
 * What a client's text may cost in memory, measured in scalar values: a key is one, an object or
 * array JSON_COST_CONTAINER, and an exponent what PostgreSQL prints for it. The most expensive
 * text that passes makes a worker about 12 MB larger for the time of its request.
 */
#define JSON_COST_MAX 100000
#define JSON_COST_CONTAINER 16

/* A stored document may be deeper than the bodies it was made of: a job holds its actions. */
#define JSON_DEPTH_STORED 96

/* Why a text was refused. */
enum json_fault {
	JSON_OK,
	JSON_SYNTAX,      /* not RFC 8259 JSON, or not UTF-8: 753 */
	JSON_UNSTORABLE,  /* valid JSON that jsonb can't hold: NUL, lone surrogate, too deep, absurd
			     number, too many values: 400 */
};

struct json_error {
	enum json_fault fault;
	size_t offset;        /* byte at which it was noticed */
	const char *reason;   /* static, lower case, e.g. "lone surrogate in a string" */
};

/*
 * Parse `len` bytes that must hold exactly one JSON value. The value belongs to the arena (it is
 * put when the arena is reset; take a reference with json_object_get to keep it). JSON null is
 * returned as *value == NULL with result true. Duplicate keys: the last one wins.
 * Integers outside int64 come as json_type_double that prints its exact digits.
 */
bool json_parse(struct arena *arena, const char *text, size_t len, struct json_object **value,
		struct json_error *error);

/*
 * The same for a text that PostgreSQL holds. It passed json_parse() once, but PostgreSQL writes out
 * exponents and documents grow by parts: only the depth is bounded.
 */
bool json_parse_stored(struct arena *arena, const char *text, size_t len,
		       struct json_object **value, struct json_error *error);

/* Compact text of a value (NULL prints null), copied into the arena. */
const char *json_text(struct arena *arena, struct json_object *value);

/* A value's member, or NULL when `object` is no object or has no such member (or null). */
struct json_object *json_get(struct json_object *object, const char *key);

/* True when `object` is an object that has the key, also with a null. */
bool json_has(struct json_object *object, const char *key);

/* Make a member of `from` a member of `to` too; null when there is none. */
void json_share(struct json_object *to, struct json_object *from, const char *key);

/* The string of a member; NULL when it is absent or no string. Lives as long as the object. */
const char *json_get_string(struct json_object *object, const char *key);

/* The integer of a member; `otherwise` when it is absent or no integer. */
int64_t json_get_int(struct json_object *object, const char *key, int64_t otherwise);

/* How many elements an array has; 0 for what is no array. */
size_t json_array_length(struct json_object *array);

/* Overwrite every string in a value of the arena before that puts it. */
void json_wipe_later(struct arena *arena, struct json_object *value);

/* Hand a new value to the arena, which puts it at reset; returns it. */
struct json_object *json_own(struct arena *arena, struct json_object *value);

/* Same JSON value: numbers by value (1 equals 1.0), objects without regard to key order. */
bool json_same(struct json_object *a, struct json_object *b);

#endif
