/* The part of JSON Schema that providers use: is it one, and does a value fit it? */
#include "config.h"
#include "provider/provider_int.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

#define EXACT_MAX 9007199254740992.0     /* 2^53: from here on a double has no fraction */

/* ---- types ---------------------------------------------------------------------------------- */

static const char *const types[] = { "string", "integer", "number", "boolean", "object", "array",
				     "null", NULL };

bool json_schema_is_type(const char *name)
{
	for (size_t n = 0; types[n] != NULL; n++)
		if (strcmp(types[n], name) == 0)
			return true;
	return false;
}

/* 3.0 is one, and so is every number too large for a fraction. */
static bool is_integer(struct json_object *value)
{
	double number = json_object_get_double(value);

	if (!json_object_is_type(value, json_type_double))
		return json_object_is_type(value, json_type_int);
	return number >= EXACT_MAX || number <= -EXACT_MAX || number == (double)(int64_t)number;
}

static bool is_number(struct json_object *value)
{
	return json_object_is_type(value, json_type_int) ||
	       json_object_is_type(value, json_type_double);
}

static bool is_of(struct json_object *value, const char *type)
{
	if (strcmp(type, "integer") == 0)
		return is_integer(value);
	if (strcmp(type, "number") == 0)
		return is_number(value);
	/* json-c has the same names for the others */
	return strcmp(type, json_type_to_name(json_object_get_type(value))) == 0;
}

/* Does the schema allow values of the type? Without "type" it allows all. */
static bool allows(struct json_object *schema, const char *type)
{
	struct json_object *allowed = json_get(schema, "type");

	if (allowed == NULL)
		return true;
	if (json_object_is_type(allowed, json_type_string))
		return strcmp(json_object_get_string(allowed), type) == 0;
	for (size_t n = 0; n < json_object_array_length(allowed); n++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(allowed, n)),
			   type) == 0)
			return true;
	return false;
}

static bool type_fits(struct json_object *schema, struct json_object *value)
{
	if (json_get(schema, "type") == NULL)
		return true;
	for (size_t n = 0; types[n] != NULL; n++)
		if (allows(schema, types[n]) && is_of(value, types[n]))
			return true;
	return false;
}

/* ---- does a value fit? ---------------------------------------------------------------------- */

struct judging {
	struct arena *arena;
	const char *why;
};

static bool value_fits(struct judging *judging, struct json_object *schema,
		       struct json_object *value, const char *path, unsigned flags);

static bool unfit(struct judging *judging, const char *path, const char *rule)
{
	judging->why = arena_printf(judging->arena, "%s %s", path, rule);
	return false;
}

/* "is not one of a, b": the words that are texts, and what JSON makes of the others. */
static const char *words_of(struct arena *arena, const char *before, struct json_object *list)
{
	struct text out = { .arena = arena };

	text_puts(&out, before);
	if (json_object_is_type(list, json_type_string)) {
		text_puts(&out, json_object_get_string(list));
		return out.data;
	}
	for (size_t n = 0; n < json_object_array_length(list); n++) {
		struct json_object *one = json_object_array_get_idx(list, n);
		text_puts(&out, n == 0 ? "" : ", ");
		text_puts(&out, json_object_is_type(one, json_type_string) ?
				json_object_get_string(one) : json_text(arena, one));
	}
	return out.data;
}

static bool is_listed(struct json_object *list, struct json_object *value)
{
	for (size_t n = 0; n < json_object_array_length(list); n++)
		if (json_same(json_object_array_get_idx(list, n), value))
			return true;
	return false;
}

static bool is_less(struct json_object *a, struct json_object *b)
{
	if (json_object_is_type(a, json_type_int) && json_object_is_type(b, json_type_int))
		return json_object_get_int64(a) < json_object_get_int64(b);
	return json_object_get_double(a) < json_object_get_double(b);
}

static bool number_fits(struct judging *judging, struct json_object *schema,
			struct json_object *value, const char *path)
{
	struct json_object *least = json_get(schema, "minimum");
	struct json_object *most = json_get(schema, "maximum");

	if (least != NULL && is_less(value, least))
		return unfit(judging, path, arena_printf(judging->arena, "is less than %s",
							 json_text(judging->arena, least)));
	if (most != NULL && is_less(most, value))
		return unfit(judging, path, arena_printf(judging->arena, "is more than %s",
							 json_text(judging->arena, most)));
	return true;
}

static int64_t characters(struct json_object *text)
{
	const char *byte = json_object_get_string(text);
	int64_t count = 0;

	for (int left = json_object_get_string_len(text); left > 0; left--, byte++)
		count += (*byte & 0xc0) != 0x80;
	return count;
}

/* How many characters or elements may it have? */
struct room {
	const char *least;
	const char *most;
	const char *unit;
};

static const struct room of_texts = { "minLength", "maxLength", "characters" };
static const struct room of_lists = { "minItems", "maxItems", "elements" };

static bool length_fits(struct judging *judging, struct json_object *schema,
			const struct room *room, int64_t length, const char *path)
{
	int64_t least = json_get_int(schema, room->least, 0);
	int64_t most = json_get_int(schema, room->most, INT64_MAX);

	if (length < least)
		return unfit(judging, path, arena_printf(judging->arena, "has less than %" PRId64
							 " %s", least, room->unit));
	if (length > most)
		return unfit(judging, path, arena_printf(judging->arena, "has more than %" PRId64
							 " %s", most, room->unit));
	return true;
}

static bool elements_fit(struct judging *judging, struct json_object *schema,
			 struct json_object *list, const char *path)
{
	struct json_object *items = json_get(schema, "items");
	size_t count = json_object_array_length(list);

	for (size_t n = 0; items != NULL && n < count; n++)
		if (!value_fits(judging, items, json_object_array_get_idx(list, n),
				arena_printf(judging->arena, "%s[%zu]", path, n), 0))
			return false;
	return true;
}

static bool required_fits(struct judging *judging, struct json_object *schema,
			  struct json_object *object, const char *path)
{
	struct json_object *required = json_get(schema, "required");

	for (size_t n = 0; required != NULL && n < json_object_array_length(required); n++) {
		const char *name = json_object_get_string(json_object_array_get_idx(required, n));
		if (!json_has(object, name))
			return unfit(judging, arena_printf(judging->arena, "%s.%s", path, name),
				     "is a required property");
	}
	return true;
}

static bool members_fit(struct judging *judging, struct json_object *schema,
			struct json_object *object, const char *path, unsigned flags)
{
	struct json_object *properties = json_get(schema, "properties");
	struct json_object *additional = json_get(schema, "additionalProperties");
	bool is_open = additional == NULL ? (flags & JSON_SCHEMA_CLOSED) == 0 :
					    json_object_get_boolean(additional);

	json_object_object_foreach(object, name, value) {
		const char *at = arena_printf(judging->arena, "%s.%s", path, name);
		struct json_object *property = json_get(properties, name);
		if (property == NULL && !is_open)
			return unfit(judging, at, "is not allowed: there is no such property");
		if (property != NULL && !value_fits(judging, property, value, at, 0))
			return false;
	}
	return (flags & JSON_SCHEMA_PART) != 0 || required_fits(judging, schema, object, path);
}

static bool value_fits(struct judging *judging, struct json_object *schema,
		       struct json_object *value, const char *path, unsigned flags)
{
	struct json_object *listed = json_get(schema, "enum");

	if (!type_fits(schema, value))
		return unfit(judging, path, words_of(judging->arena, "is no ",
						     json_get(schema, "type")));
	if (listed != NULL && !is_listed(listed, value))
		return unfit(judging, path, words_of(judging->arena, "is not one of ", listed));
	switch (json_object_get_type(value)) {
	case json_type_int:
	case json_type_double:
		return number_fits(judging, schema, value, path);
	case json_type_string:
		return length_fits(judging, schema, &of_texts, characters(value), path);
	case json_type_array:
		return length_fits(judging, schema, &of_lists,
				   (int64_t)json_object_array_length(value), path) &&
		       elements_fit(judging, schema, value, path);
	case json_type_object:
		return members_fit(judging, schema, value, path, flags);
	default:
		return true;
	}
}

bool json_schema_holds(struct arena *arena, struct json_object *schema, struct json_object *value,
		       const char *path, unsigned flags, const char **why)
{
	struct judging judging = { .arena = arena };
	bool holds = value_fits(&judging, schema, value, path, flags);

	*why = judging.why;
	return holds;
}

/* ---- what clients send instead -------------------------------------------------------------- */

/* What a text means where no text is wanted; NULL when that is nothing. */
static struct json_object *meaning(struct arena *arena, struct json_object *schema,
				   struct json_object *text)
{
	const char *word = json_object_get_string(text);
	size_t len = (size_t)json_object_get_string_len(text);
	struct json_object *number;
	struct json_error error;

	if (allows(schema, "string"))
		return NULL;
	if (allows(schema, "boolean") && (strcmp(word, "True") == 0 || strcmp(word, "true") == 0))
		return json_object_new_boolean(true);
	if (allows(schema, "boolean") && (strcmp(word, "False") == 0 || strcmp(word, "false") == 0))
		return json_object_new_boolean(false);
	if (!allows(schema, "integer") && !allows(schema, "number"))
		return NULL;
	if (!json_parse(arena, word, len, &number, &error) || !is_number(number))
		return NULL;
	return json_object_get(number);
}

struct json_object *json_schema_coerce(struct arena *arena, struct json_object *schema,
				       struct json_object *object)
{
	struct json_object *properties = json_get(schema, "properties");
	struct json_object *coerced = json_own(arena, json_object_new_object());

	json_object_object_foreach(object, name, value) {
		struct json_object *property = json_get(properties, name), *other = NULL;
		if (property != NULL && json_object_is_type(value, json_type_string))
			other = meaning(arena, property, value);
		json_object_object_add(coerced, name,
				       other == NULL ? json_object_get(value) : other);
	}
	return coerced;
}

void json_schema_defaults(struct json_object *schema, struct json_object *object)
{
	struct json_object *properties = json_get(schema, "properties"), *otherwise;

	if (properties == NULL)
		return;
	json_object_object_foreach(properties, name, property)
		if (!json_has(object, name) &&
		    json_object_object_get_ex(property, "default", &otherwise))
			json_object_object_add(object, name, json_object_get(otherwise));
}
