/*
 * Placeholders become values: JSON in, JSON out. Nothing is run, nothing that was put in is read
 * again, and what an agent could take for more than a text is not put in.
 */
#include "config.h"
#include "provider/template_int.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

/* ---- what may be put in --------------------------------------------------------------------- */

/* Bytes of a character that no action may hold; 0 when it may be there. *why says which. */
static size_t refused(const char *text, size_t n, size_t len, const char **why)
{
	unsigned char byte = (unsigned char)text[n];

	*why = "holds a control character";
	if (byte < 0x20 || byte == 0x7f)
		return 1;
	if (byte == 0xc2 && n + 1 < len && (unsigned char)text[n + 1] < 0xa0)
		return 2;
	*why = "holds a character that means something to a shell";
	if (strchr("\"'`$\\;&|<>(){}!#", byte) != NULL)
		return 1;
	/* the program that reads the word would take it for an option */
	*why = "has a word that begins with -";
	return byte == '-' && (n == 0 || text[n - 1] == ' ') ? 1 : 0;
}

bool template_takes(const char *text, size_t len, const char **why)
{
	for (size_t n = 0; n < len; n++)
		if (refused(text, n, len, why) > 0)
			return false;
	return true;
}

/* Names are given elsewhere, by people who know nothing of agents: '_' for what can't be put in,
 * and for blanks. */
static const char *tidied(struct arena *arena, const char *text, size_t len)
{
	struct text out = { .arena = arena };
	const char *why;

	for (size_t n = 0; n < len; n++) {
		size_t bytes = refused(text, n, len, &why);
		text_add(&out, bytes > 0 || text[n] == ' ' ? "_" : text + n, 1);
		n += bytes > 1 ? bytes - 1 : 0;
	}
	return out.data == NULL ? "" : out.data;
}

/* ---- one value ------------------------------------------------------------------------------ */

struct expanding {
	struct arena *arena;
	struct json_object *values;
	const char *why;
};

enum outcome { BROKEN, ABSENT, DONE };

static enum outcome broken(struct expanding *in, struct span name, const char *reason)
{
	in->why = arena_printf(in->arena, "%.*s %s", (int)name.len, name.at, reason);
	return BROKEN;
}

/* The value of "checkpoint.id": each part a member. NULL for absent and null. */
static struct json_object *value_find(const struct expanding *in, struct span name)
{
	char *rest = arena_strndup(in->arena, name.at, name.len), *save;
	struct json_object *value = in->values;

	for (char *part = strtok_r(rest, ".", &save); part != NULL;
	     part = strtok_r(NULL, ".", &save))
		value = json_get(value, part);
	return value;
}

static bool is_named(struct span name, const char *text)
{
	return name.len == strlen(text) && memcmp(name.at, text, name.len) == 0;
}

static bool is_below(struct span name, const char *group)
{
	return name.len > strlen(group) && memcmp(name.at, group, strlen(group)) == 0;
}

/* Agents read an action as an ini file, in which a % begins a reference to another member. */
static void percent_add(struct text *out, const char *text)
{
	for (; *text != '\0'; text++) {
		text_add(out, text, 1);
		if (*text == '%')
			text_add(out, text, 1);
	}
}

/* Put a value into a text. What the action of the backup held stands as it was. */
static enum outcome scalar_add(struct expanding *in, struct span name, struct json_object *value,
			       struct text *out)
{
	const char *text = json_object_get_string(value), *why;

	if (json_object_is_type(value, json_type_object) ||
	    json_object_is_type(value, json_type_array))
		return broken(in, name, "is no single value");
	if (!json_object_is_type(value, json_type_string)) {
		text_puts(out, text);
		return DONE;
	}
	size_t len = (size_t)json_object_get_string_len(value);
	if (is_named(name, "resource.name") || is_named(name, "plan.name"))
		text = tidied(in->arena, text, len);
	else if (!template_takes(text, len, &why))
		return broken(in, name, why);
	if (is_below(name, "protect."))
		text_add(out, text, len);
	else
		percent_add(out, text);
	return DONE;
}

/* ---- a text --------------------------------------------------------------------------------- */

static enum outcome text_expand(struct expanding *in, struct span text, int nesting,
				struct text *out);

static enum outcome placeholder_expand(struct expanding *in, const struct placeholder *placeholder,
				       int nesting, struct text *out)
{
	struct json_object *value = value_find(in, placeholder->name);

	if (value != NULL)
		return scalar_add(in, placeholder->name, value, out);
	if (placeholder->otherwise.at != NULL)
		return text_expand(in, placeholder->otherwise, nesting + 1, out);
	return placeholder->is_optional ? ABSENT : broken(in, placeholder->name, "is absent");
}

static enum outcome text_expand(struct expanding *in, struct span text, int nesting,
				struct text *out)
{
	struct placeholder placeholder;
	struct span literal;

	if (nesting == TEMPLATE_NESTING_MAX)
		return broken(in, text, "goes too deep");
	while (text.len > 0) {
		if (!literal_read(text, &literal, &text))
			return broken(in, text, "is no template");
		text_add(out, literal.at, literal.len);
		if (literal.len > 0 || text.len == 0)
			continue;
		if (!placeholder_read(text, &placeholder, &text))
			return broken(in, text, "is no template");
		enum outcome outcome = placeholder_expand(in, &placeholder, nesting, out);
		if (outcome != DONE)
			return outcome;
	}
	return DONE;
}

/* The number or truth of a text that is one placeholder and no more; NULL for other texts. */
static struct json_object *typed_value(const struct expanding *in, struct span text)
{
	struct placeholder placeholder;
	struct span rest;

	if (text.len < 2 || memcmp(text.at, "${", 2) != 0 ||
	    !placeholder_read(text, &placeholder, &rest) || rest.len > 0)
		return NULL;
	struct json_object *value = value_find(in, placeholder.name);
	bool is_typed = json_object_is_type(value, json_type_int) ||
			json_object_is_type(value, json_type_double) ||
			json_object_is_type(value, json_type_boolean);
	return is_typed ? json_object_get(value) : NULL;
}

static enum outcome string_expand(struct expanding *in, struct json_object *string,
				  struct json_object **expanded)
{
	const struct span text = { json_object_get_string(string),
				   (size_t)json_object_get_string_len(string) };
	struct text out = { .arena = in->arena };

	*expanded = typed_value(in, text);
	if (*expanded != NULL)
		return DONE;
	enum outcome outcome = text_expand(in, text, 0, &out);
	if (outcome == DONE)
		*expanded = json_object_new_string(out.data == NULL ? "" : out.data);
	return outcome;
}

/* ---- a value -------------------------------------------------------------------------------- */

static enum outcome value_expand(struct expanding *in, struct json_object *value,
				 struct json_object **expanded);

static enum outcome array_expand(struct expanding *in, struct json_object *array,
				 struct json_object *expanded)
{
	for (size_t n = 0; n < json_object_array_length(array); n++) {
		struct json_object *element;
		enum outcome outcome = value_expand(in, json_object_array_get_idx(array, n),
						    &element);
		if (outcome == BROKEN)
			return BROKEN;
		if (outcome == DONE)
			json_object_array_add(expanded, element);
	}
	return DONE;
}

static enum outcome object_expand(struct expanding *in, struct json_object *object,
				  struct json_object *expanded)
{
	json_object_object_foreach(object, name, value) {
		struct json_object *member;
		enum outcome outcome = value_expand(in, value, &member);
		if (outcome == BROKEN)
			return BROKEN;
		if (outcome == DONE)
			json_object_object_add(expanded, name, member);
	}
	return DONE;
}

/* *expanded is a new value when DONE. */
static enum outcome value_expand(struct expanding *in, struct json_object *value,
				 struct json_object **expanded)
{
	enum outcome outcome;

	if (json_object_is_type(value, json_type_string))
		return string_expand(in, value, expanded);
	if (json_object_is_type(value, json_type_array)) {
		*expanded = json_object_new_array();
		outcome = array_expand(in, value, *expanded);
	} else if (json_object_is_type(value, json_type_object)) {
		*expanded = json_object_new_object();
		outcome = object_expand(in, value, *expanded);
	} else {
		*expanded = json_object_get(value);
		return DONE;
	}
	if (outcome != DONE)
		json_object_put(*expanded);
	return outcome;
}

bool template_expand(struct arena *arena, struct json_object *value, struct json_object *values,
		     struct json_object **expanded, const char **why)
{
	struct expanding in = { .arena = arena, .values = values };
	enum outcome outcome = value_expand(&in, value, expanded);

	*why = outcome == ABSENT ? "nothing is left of it" : in.why;
	if (outcome != DONE)
		return false;
	json_own(arena, *expanded);
	return true;
}
