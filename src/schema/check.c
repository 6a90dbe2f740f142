/* A body against an array of fields; the first thing wrong is named. */
#include "config.h"
#include "schema/schema.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "base/utf8.h"

#define ECHO_MAX 64            /* characters of a value that are said back */
#define INT64_DIGITS 19

/* Where we are: a chain on the stack, turned into text only when something is wrong. */
struct place {
	const struct place *above;   /* NULL at the root */
	const char *name;            /* NULL for an element of an array */
	size_t index;
	bool is_secret;
};

static bool check_object(struct req *rq, const struct shape *shape, struct json_object *value,
			 const struct place *place);

/* ---- saying what is wrong ------------------------------------------------------------------- */

static void path_add(struct text *out, const struct place *place)
{
	if (place->above == NULL) {
		text_puts(out, place->name);
		return;
	}
	path_add(out, place->above);
	if (place->name != NULL)
		text_printf(out, ".%s", place->name);
	else
		text_printf(out, "[%zu]", place->index);
}

/* C0, DEL and C1: nothing that would move a terminal's cursor. */
static bool is_control(const unsigned char *at)
{
	return at[0] < 0x20 || at[0] == 0x7f || (at[0] == 0xc2 && at[1] < 0xa0);
}

/* At most ECHO_MAX characters on one line. */
static void echo_add(struct text *out, const char *string, size_t len)
{
	const unsigned char *at = (const unsigned char *)string;

	for (size_t n = 0; len > 0; n++) {
		size_t step = utf8_length(at, len);

		if (n == ECHO_MAX) {
			text_puts(out, "...");
			return;
		}
		if (step == 0 || is_control(at))
			text_puts(out, "?");
		else
			text_add(out, (const char *)at, step);
		step = step == 0 ? 1 : step;
		at += step;
		len -= step;
	}
}

static void quote_add(struct text *out, const char *string, size_t len)
{
	text_puts(out, "'");
	echo_add(out, string, len);
	text_puts(out, "'");
}

/* Digits of an integer beyond int64, which arrives as a number with its text kept; else 0. */
static size_t huge_integer(const char *text)
{
	size_t sign = text[0] == '-';
	size_t digits = strspn(text + sign, "0123456789");

	return digits < INT64_DIGITS || text[sign + digits] != '\0' ? 0 : sign + digits;
}

static void number_add(struct text *out, struct json_object *value)
{
	const char *number = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
	size_t huge = huge_integer(number);

	echo_add(out, number, huge > 0 ? huge : strlen(number));
}

/* Containers are not said back: they may be large, and hold secrets. */
static void value_add(struct text *out, struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_object:
		text_puts(out, "an object");
		break;
	case json_type_array:
		text_puts(out, "an array");
		break;
	case json_type_string:
		quote_add(out, json_object_get_string(value),
			  (size_t)json_object_get_string_len(value));
		break;
	case json_type_null:
		text_puts(out, "null");
		break;
	default:
		number_add(out, value);
	}
}

static bool refuse(struct req *rq, const struct place *place, struct json_object *value,
		   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* "PATH: VALUE " and the rule that it breaks; "PATH " when the value is a secret. */
static bool refuse(struct req *rq, const struct place *place, struct json_object *value,
		   const char *format, ...)
{
	struct text out = { .arena = rq->arena };
	va_list args;

	path_add(&out, place);
	if (!place->is_secret) {
		text_puts(&out, ": ");
		value_add(&out, value);
	}
	va_start(args, format);
	const char *rule = arena_vprintf(rq->arena, format, args);
	va_end(args);
	return problem(rq, 400, "%s %s", out.data, rule);
}

static bool refuse_absent(struct req *rq, const struct place *place)
{
	struct text out = { .arena = rq->arena };

	path_add(&out, place);
	return problem(rq, 400, "%s is a required property", out.data);
}

/* A client looks for these words (spec freezer-v1-v2 2.5). */
static bool refuse_unknown(struct req *rq, const struct place *place, const char *name)
{
	struct text out = { .arena = rq->arena };

	quote_add(&out, name, strlen(name));
	text_puts(&out, " was unexpected at ");
	path_add(&out, place);
	return problem(rq, 400, "Additional properties are not allowed (%s)", out.data);
}

static bool refuse_key(struct req *rq, const struct place *place, const char *name,
		       const char *wanted)
{
	struct text out = { .arena = rq->arena };

	path_add(&out, place);
	text_puts(&out, ": the name ");
	quote_add(&out, name, strlen(name));
	return problem(rq, 400, "%s is not %s", out.data, wanted);
}

/* ---- one value ------------------------------------------------------------------------------ */

static unsigned kinds_of(struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		return NULLABLE;
	case json_type_boolean:
		return BOOLEAN;
	case json_type_int:
		return INTEGER | NUMBER;
	case json_type_double:
		return NUMBER;
	case json_type_string:
		return STRING;
	case json_type_array:
		return ARRAY;
	case json_type_object:
		return OBJECT;
	}
	return 0;
}

static const char *kinds_text(struct req *rq, unsigned kinds)
{
	static const struct {
		unsigned kind;
		const char *name;
	} names[] = {
		{ STRING, "string" }, { INTEGER, "integer" }, { NUMBER, "number" },
		{ BOOLEAN, "boolean" }, { OBJECT, "object" }, { ARRAY, "array" },
		{ NULLABLE, "null" },
	};
	struct text out = { .arena = rq->arena };

	text_add(&out, "", 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (kinds & names[i].kind)
			text_printf(&out, "%s%s", out.len > 0 ? " or " : "", names[i].name);
	return out.data;
}

static bool refuse_kind(struct req *rq, unsigned kinds, struct json_object *value,
			const struct place *place)
{
	if ((kinds & INTEGER) && json_object_is_type(value, json_type_double) &&
	    huge_integer(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN)) > 0)
		return refuse(rq, place, value, "is out of range for an integer");
	return refuse(rq, place, value, "is not of type %s", kinds_text(rq, kinds));
}

static const char *words_text(struct req *rq, const char *const *words)
{
	struct text out = { .arena = rq->arena };

	text_add(&out, "", 0);
	for (; *words != NULL; words++)
		text_printf(&out, "%s'%s'", out.len > 0 ? ", " : "", *words);
	return out.data;
}

/* Well-formed UTF-8: each character has one byte that does not continue another. */
static size_t count_characters(const char *string)
{
	size_t count = 0;

	for (; *string != '\0'; string++)
		count += (*string & 0xc0) != 0x80;
	return count;
}

static bool check_string(struct req *rq, const struct field *field, struct json_object *value,
			 const struct place *place)
{
	const char *string = json_object_get_string(value);

	if ((field->flags & NOT_EMPTY) && *string == '\0')
		return refuse(rq, place, value, "must not be empty");
	if (field->words != NULL && !text_is_one_of(string, field->words))
		return refuse(rq, place, value, "is not one of %s", words_text(rq, field->words));
	if (field->length_max > 0 && count_characters(string) > field->length_max)
		return refuse(rq, place, value, "is longer than %zu characters",
			      field->length_max);
	if (field->format != NULL && !field->format(string))
		return refuse(rq, place, value, "is not %s", field->format_text);
	return true;
}

static bool check_value(struct req *rq, const struct field *field, struct json_object *value,
			const struct place *place);

static bool check_elements(struct req *rq, const struct field *field, struct json_object *array,
			   const struct place *place)
{
	struct field element = *field;

	if (field->shape == NULL && field->element_kinds == 0)
		return true;
	element.kinds = field->shape != NULL ? (unsigned)OBJECT : field->element_kinds;
	for (size_t n = 0; n < json_object_array_length(array); n++) {
		const struct place inside = { .above = place, .index = n,
					      .is_secret = place->is_secret };

		if (!check_value(rq, &element, json_object_array_get_idx(array, n), &inside))
			return false;
	}
	return true;
}

static bool check_value(struct req *rq, const struct field *field, struct json_object *value,
			const struct place *place)
{
	unsigned kinds = kinds_of(value);

	if (!(field->kinds & (kinds | ANY)))
		return refuse_kind(rq, field->kinds, value, place);
	if (kinds == STRING)
		return check_string(rq, field, value, place);
	if (kinds == ARRAY)
		return check_elements(rq, field, value, place);
	if (kinds == OBJECT && field->shape != NULL)
		return check_object(rq, field->shape, value, place);
	return true;
}

/* ---- an object ------------------------------------------------------------------------------ */

static bool check_member(struct req *rq, const struct field *field, struct json_object *object,
			 const struct place *place)
{
	const struct place inside = { .above = place, .name = field->name,
				      .is_secret = (field->flags & SECRET) != 0 };
	struct json_object *value;

	if (json_object_object_get_ex(object, field->name, &value))
		return check_value(rq, field, value, &inside);
	if (field->flags & REQUIRED)
		return refuse_absent(rq, &inside);
	return true;
}

static bool has_field(const struct shape *shape, const char *name)
{
	for (const struct field *field = shape->fields; field->name != NULL; field++)
		if (strcmp(field->name, name) == 0)
			return true;
	return false;
}

static bool check_unknown(struct req *rq, const struct shape *shape, struct json_object *object,
			  const struct place *place)
{
	json_object_object_foreach(object, name, value) {
		(void)value;
		if (!has_field(shape, name))
			return refuse_unknown(rq, place, name);
	}
	return true;
}

static bool check_map(struct req *rq, const struct shape *shape, struct json_object *object,
		      const struct place *place)
{
	json_object_object_foreach(object, name, value) {
		const struct place inside = { .above = place, .name = name,
					      .is_secret = place->is_secret };

		if (has_field(shape, name))
			continue;
		if (!shape->map->key_format(name))
			return refuse_key(rq, place, name, shape->map->key_text);
		if (!check_value(rq, &shape->map->value, value, &inside))
			return false;
	}
	return true;
}

static bool check_object(struct req *rq, const struct shape *shape, struct json_object *value,
			 const struct place *place)
{
	for (const struct field *field = shape->fields; field->name != NULL; field++)
		if (!check_member(rq, field, value, place))
			return false;
	if (shape->map != NULL)
		return check_map(rq, shape, value, place);
	return !shape->closed || check_unknown(rq, shape, value, place);
}

bool schema_check_at(struct req *rq, struct json_object *value, const struct shape *shape,
		     const char *path)
{
	const struct place root = { .name = path };

	if (!json_object_is_type(value, json_type_object))
		return refuse_kind(rq, OBJECT, value, &root);
	return check_object(rq, shape, value, &root);
}

bool schema_check(struct req *rq, struct json_object *value, const struct shape *shape)
{
	return schema_check_at(rq, value, shape, "$");
}
