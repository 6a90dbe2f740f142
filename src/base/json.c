/* Strict JSON: the gate first, then json-c, with every number kept exact. */
#include "config.h"

#include "base/json.h"

#include <json-c/json_visit.h>
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/json_gate.h"
#include "base/text.h"

#define PRINT_FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static const struct json_bounds of_a_client = {
	.depth = JSON_DEPTH_MAX, .cost = JSON_COST_MAX,
	.number_length = JSON_NUMBER_LENGTH_MAX, .exponent = JSON_EXPONENT_MAX,
};

static const struct json_bounds of_the_store = {
	.depth = JSON_DEPTH_STORED, .cost = SIZE_MAX,
	.number_length = SIZE_MAX, .exponent = LONG_MAX,
};

/* ---- text to value -------------------------------------------------------------------------- */

/*
 * The text with "E0" behind every integer outside int64: json-c then keeps the digits as they are,
 * as it does with all numbers that are no integers.
 */
static struct json_input widened(struct arena *arena, struct json_input text,
				 const struct json_wide *wide)
{
	struct text copy = { .arena = arena };
	size_t done = 0;

	for (; wide != NULL; wide = wide->next) {
		text_add(&copy, text.data + done, wide->end - done);
		text_puts(&copy, "E0");
		done = wide->end;
	}
	text_add(&copy, text.data + done, text.len - done);
	return (struct json_input){ copy.data, copy.len };
}

/* Takes it away again, where json-c keeps the text of the number. */
static int integer_narrow(struct json_object *value, int flags, struct json_object *parent,
			  const char *key, size_t *index, void *argument)
{
	char *number = json_object_is_type(value, json_type_double) ?
		       json_object_get_userdata(value) : NULL;

	(void)flags, (void)parent, (void)key, (void)index, (void)argument;
	if (number != NULL) {
		size_t end = strspn(number, "-0123456789");
		if (strcmp(number + end, "E0") == 0)
			number[end] = '\0';
	}
	return JSON_C_VISIT_RETURN_CONTINUE;
}

/* The value inside the innermost container is one more level for json-c. */
static bool tokens_parse(struct json_input text, struct json_object **value)
{
	struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_STORED + 1);

	if (tokener == NULL)
		return false;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	*value = json_tokener_parse_ex(tokener, text.data, (int)text.len);
	if (json_tokener_get_error(tokener) == json_tokener_continue)
		*value = json_tokener_parse_ex(tokener, "", 1);   /* the end ends a number */
	bool parsed = json_tokener_get_error(tokener) == json_tokener_success;
	json_tokener_free(tokener);
	return parsed;
}

static bool parse(struct arena *arena, const struct json_bounds *bounds, struct json_input text,
		  struct json_object **value, struct json_error *error)
{
	struct json_wide *wide;

	*value = NULL;
	if (!json_gate(arena, bounds, text, &wide, error))
		return false;
	if (wide != NULL)
		text = widened(arena, text, wide);
	if (text.len > INT_MAX || !tokens_parse(text, value)) {
		*error = (struct json_error){ JSON_UNSTORABLE, 0, "too long" };
		return false;
	}
	json_own(arena, *value);
	if (wide != NULL)
		json_c_visit(*value, 0, integer_narrow, NULL);
	return true;
}

bool json_parse(struct arena *arena, const char *text, size_t len, struct json_object **value,
		struct json_error *error)
{
	return parse(arena, &of_a_client, (struct json_input){ text, len }, value, error);
}

bool json_parse_stored(struct arena *arena, const char *text, size_t len,
		       struct json_object **value, struct json_error *error)
{
	return parse(arena, &of_the_store, (struct json_input){ text, len }, value, error);
}

static void value_put(void *value)
{
	json_object_put(value);
}

struct json_object *json_own(struct arena *arena, struct json_object *value)
{
	if (value != NULL)
		arena_defer(arena, value_put, value);
	return value;
}

struct wiping {
	struct arena *arena;
	struct json_object *value;
};

/* A string of the same length is written where the old one was. */
static int string_wipe(struct json_object *value, int flags, struct json_object *parent,
		       const char *key, size_t *index, void *arena)
{
	(void)flags, (void)parent, (void)key, (void)index;
	if (json_object_is_type(value, json_type_string)) {
		int len = json_object_get_string_len(value);
		json_object_set_string_len(value, arena_alloc(arena, (size_t)len + 1), len);
	}
	return JSON_C_VISIT_RETURN_CONTINUE;
}

static void strings_wipe(void *argument)
{
	struct wiping *wiping = argument;
	json_c_visit(wiping->value, 0, string_wipe, wiping->arena);
}

void json_wipe_later(struct arena *arena, struct json_object *value)
{
	struct wiping *wiping = arena_alloc(arena, sizeof(*wiping));

	*wiping = (struct wiping){ arena, value };
	if (value != NULL)
		arena_defer(arena, strings_wipe, wiping);
}

/* ---- value to text -------------------------------------------------------------------------- */

const char *json_text(struct arena *arena, struct json_object *value)
{
	size_t len;
	const char *text = json_object_to_json_string_length(value, PRINT_FLAGS, &len);
	return arena_strndup(arena, text, len);
}

/* ---- questions ------------------------------------------------------------------------------ */

struct json_object *json_get(struct json_object *object, const char *key)
{
	struct json_object *member = NULL;

	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, key, &member);
	return member;
}

bool json_has(struct json_object *object, const char *key)
{
	return json_object_is_type(object, json_type_object) &&
	       json_object_object_get_ex(object, key, NULL);
}

void json_share(struct json_object *to, struct json_object *from, const char *key)
{
	json_object_object_add(to, key, json_object_get(json_get(from, key)));
}

const char *json_get_string(struct json_object *object, const char *key)
{
	struct json_object *member = json_get(object, key);

	if (!json_object_is_type(member, json_type_string))
		return NULL;
	return json_object_get_string(member);
}

size_t json_array_length(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

int64_t json_get_int(struct json_object *object, const char *key, int64_t otherwise)
{
	struct json_object *member = json_get(object, key);

	if (!json_object_is_type(member, json_type_int))
		return otherwise;
	return json_object_get_int64(member);
}

/* ---- sameness ------------------------------------------------------------------------------- */

static bool is_number(struct json_object *value)
{
	return json_object_is_type(value, json_type_int) ||
	       json_object_is_type(value, json_type_double);
}

static bool numbers_same(struct json_object *a, struct json_object *b)
{
	return decimal_same(json_object_to_json_string(a), json_object_to_json_string(b));
}

static bool arrays_same(struct json_object *a, struct json_object *b)
{
	size_t len = json_object_array_length(a);

	if (json_object_array_length(b) != len)
		return false;
	for (size_t n = 0; n < len; n++) {
		if (!json_same(json_object_array_get_idx(a, n), json_object_array_get_idx(b, n)))
			return false;
	}
	return true;
}

static bool objects_same(struct json_object *a, struct json_object *b)
{
	if (json_object_object_length(a) != json_object_object_length(b))
		return false;
	json_object_object_foreach(a, key, value) {
		struct json_object *other;
		if (!json_object_object_get_ex(b, key, &other) || !json_same(value, other))
			return false;
	}
	return true;
}

static bool strings_same(struct json_object *a, struct json_object *b)
{
	int len = json_object_get_string_len(a);

	return json_object_get_string_len(b) == len &&
	       memcmp(json_object_get_string(a), json_object_get_string(b), (size_t)len) == 0;
}

bool json_same(struct json_object *a, struct json_object *b)
{
	if (is_number(a) && is_number(b))
		return numbers_same(a, b);
	if (json_object_get_type(a) != json_object_get_type(b))
		return false;
	switch (json_object_get_type(a)) {
	case json_type_boolean:
		return json_object_get_boolean(a) == json_object_get_boolean(b);
	case json_type_string:
		return strings_same(a, b);
	case json_type_array:
		return arrays_same(a, b);
	case json_type_object:
		return objects_same(a, b);
	default:
		return true;
	}
}
