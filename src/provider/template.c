/* Templates: how placeholders are written, and whether those of a file are in order. */
#include "config.h"
#include "provider/template_int.h"

#include <string.h>

#include "base/arena.h"

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."

/* ---- reading -------------------------------------------------------------------------------- */

static bool starts_with(struct span text, const char *with)
{
	return text.len >= strlen(with) && memcmp(text.at, with, strlen(with)) == 0;
}

static struct span rest_of(struct span text, size_t from)
{
	return (struct span){ text.at + from, text.len - from };
}

/* How far is it to the } of the ${ that was just read? Those within it have their own. */
static bool find_end(struct span text, size_t *end)
{
	size_t nesting = 0;

	for (size_t n = 0; n < text.len; n++) {
		if (starts_with(rest_of(text, n), "$$")) {
			n++;
		} else if (starts_with(rest_of(text, n), "${")) {
			n++;
			nesting++;
		} else if (text.at[n] == '}' && nesting-- == 0) {
			*end = n;
			return true;
		}
	}
	return false;
}

bool placeholder_read(struct span text, struct placeholder *read, struct span *rest)
{
	struct span inside = rest_of(text, strlen("${"));
	size_t end;

	if (!find_end(inside, &end))
		return false;
	*rest = rest_of(inside, end + 1);
	inside.len = end;
	*read = (struct placeholder){ .name.at = inside.at };
	while (read->name.len < inside.len &&
	       strchr(NAME_CHARACTERS, inside.at[read->name.len]) != NULL)
		read->name.len++;
	inside = rest_of(inside, read->name.len);
	if (starts_with(inside, ":-")) {
		read->otherwise = rest_of(inside, strlen(":-"));
		return true;
	}
	read->is_optional = starts_with(inside, "?");
	return inside.len == (read->is_optional ? 1 : 0);
}

bool literal_read(struct span text, struct span *literal, struct span *rest)
{
	const char *dollar = memchr(text.at, '$', text.len);

	literal->at = text.at;
	literal->len = dollar == NULL ? text.len : (size_t)(dollar - text.at);
	*rest = rest_of(text, literal->len);
	if (!starts_with(*rest, "$$"))
		return rest->len == 0 || starts_with(*rest, "${");
	literal->len++;
	*rest = rest_of(*rest, strlen("$$"));
	return true;
}

/* ---- is it sound? --------------------------------------------------------------------------- */

struct looking {
	struct fault *fault;
	name_judge *judge;
	const void *argument;
};

static bool text_is_sound(const struct looking *looking, struct span text, int nesting)
{
	struct placeholder placeholder;
	struct span literal;

	if (nesting == TEMPLATE_NESTING_MAX)
		return fault_is(looking->fault, "placeholders within placeholders go too deep");
	while (text.len > 0) {
		if (!literal_read(text, &literal, &text))
			return fault_is(looking->fault, "a $ that begins no placeholder is $$");
		if (literal.len > 0 || text.len == 0)
			continue;
		if (!placeholder_read(text, &placeholder, &text))
			return fault_is(looking->fault, "a placeholder is ${name}, ${name?} or "
					"${name:-otherwise}");
		const char *name = arena_strndup(looking->fault->arena, placeholder.name.at,
						 placeholder.name.len);
		if (!looking->judge(name, looking->argument))
			return fault_is(looking->fault, "there is no ${%s} here", name);
		if (placeholder.otherwise.at != NULL &&
		    !text_is_sound(looking, placeholder.otherwise, nesting + 1))
			return false;
	}
	return true;
}

static bool value_is_sound(const struct looking *looking, struct json_object *value)
{
	fault_at(looking->fault, value);
	if (json_object_is_type(value, json_type_string)) {
		const struct span text = { json_object_get_string(value),
					   (size_t)json_object_get_string_len(value) };
		return text_is_sound(looking, text, 0);
	}
	if (json_object_is_type(value, json_type_array)) {
		for (size_t n = 0; n < json_object_array_length(value); n++)
			if (!value_is_sound(looking, json_object_array_get_idx(value, n)))
				return false;
	} else if (json_object_is_type(value, json_type_object)) {
		json_object_object_foreach(value, name, member) {
			fault_at(looking->fault, member);
			if (strchr(name, '$') != NULL)
				return fault_is(looking->fault, "a name holds no placeholders");
			if (!value_is_sound(looking, member))
				return false;
		}
	}
	return true;
}

bool template_is_sound(struct fault *fault, struct json_object *value, name_judge *judge,
		       const void *argument)
{
	const struct looking looking = { fault, judge, argument };

	return value_is_sound(&looking, value);
}
