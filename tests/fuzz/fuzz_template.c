/*
 * A template and values, one behind the other with a newline between: what is sound is filled in
 * or refused with a reason, the same each time, and what was put in stays a text.
 * clang -fsanitize=fuzzer,address,undefined; see tests/fuzz/README.md.
 */
#include "config.h"

#include "provider/provider_int.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What no value may bring into an action; those that placeholders are written with left out. */
static const char dangerous[] = "\"'`\\;&|<>()!#\n\r\t\x01";

static bool any_name(const char *name, const void *argument)
{
	(void)argument;
	return name[0] != '\0' && name[0] != '.';
}

/* How often a character stands in the texts of a value, names of members left out. */
static size_t count_in(struct json_object *value, char character)
{
	size_t count = 0;

	if (json_object_is_type(value, json_type_string)) {
		const char *text = json_object_get_string(value);
		for (int n = json_object_get_string_len(value); n > 0; n--, text++)
			count += *text == character;
	} else if (json_object_is_type(value, json_type_array)) {
		for (size_t n = 0; n < json_object_array_length(value); n++)
			count += count_in(json_object_array_get_idx(value, n), character);
	} else if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, name, member) {
			(void)name;
			count += count_in(member, character);
		}
	}
	return count;
}

/* Only members of the template, at most as many elements, and objects where it has objects. */
static void judge_shape(struct json_object *template, struct json_object *expanded)
{
	enum json_type type = json_object_get_type(template);

	if (type != json_type_string) {
		assert(json_object_get_type(expanded) == type);
	} else {
		assert(!json_object_is_type(expanded, json_type_object));
		assert(!json_object_is_type(expanded, json_type_array));
	}
	if (type == json_type_array)
		assert(json_object_array_length(expanded) <= json_object_array_length(template));
	if (type != json_type_object)
		return;
	json_object_object_foreach(expanded, name, member) {
		assert(json_has(template, name));
		judge_shape(json_get(template, name), member);
	}
}

static void judge_danger(struct json_object *template, struct json_object *expanded)
{
	for (const char *one = dangerous; *one != '\0'; one++)
		assert(count_in(expanded, *one) <= count_in(template, *one));
}

static void expand(struct arena *arena, struct json_object *template, struct json_object *values)
{
	struct json_object *expanded, *again;
	const char *why;

	if (!template_expand(arena, template, values, &expanded, &why)) {
		assert(why != NULL && why[0] != '\0');
		return;
	}
	assert(template_expand(arena, template, values, &again, &why));
	assert(json_same(expanded, again));
	judge_shape(template, expanded);
	judge_danger(template, expanded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = memchr(data, '\n', size);
	struct arena *arena = arena_new();
	struct json_object *template, *values;
	struct json_error error;

	if (line != NULL) {
		size_t len = (size_t)(line - data);
		struct fault fault = { .arena = arena };
		bool good = json_parse(arena, (const char *)data, len, &template, &error) &&
			    json_parse(arena, (const char *)line + 1, size - len - 1, &values,
				       &error);
		if (good && template_is_sound(&fault, template, any_name, NULL))
			expand(arena, template, values);
		else
			assert(!good || fault.text != NULL);
	}
	arena_free(arena);
	return 0;
}
