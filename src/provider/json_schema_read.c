/* Is it a schema that we can enforce? What says something we do not understand is refused. */
#include "config.h"
#include "provider/provider_int.h"

#include <string.h>

#include "base/json.h"

enum wanted {
	WANTED_TEXT,
	WANTED_TYPE,       /* the name of a type, or a list of them */
	WANTED_SCHEMA,
	WANTED_SCHEMAS,    /* names and schemas */
	WANTED_NAMES,      /* a list of names of properties */
	WANTED_SCALARS,
	WANTED_NUMBER,
	WANTED_COUNT,
	WANTED_BOOLEAN,
	WANTED_DEFAULT,
};

static const struct keyword {
	const char *name;
	enum wanted wanted;
} keywords[] = {
	{ "title", WANTED_TEXT },
	{ "description", WANTED_TEXT },
	{ "type", WANTED_TYPE },
	{ "enum", WANTED_SCALARS },
	{ "default", WANTED_DEFAULT },
	{ "minimum", WANTED_NUMBER },
	{ "maximum", WANTED_NUMBER },
	{ "minLength", WANTED_COUNT },
	{ "maxLength", WANTED_COUNT },
	{ "minItems", WANTED_COUNT },
	{ "maxItems", WANTED_COUNT },
	{ "items", WANTED_SCHEMA },
	{ "properties", WANTED_SCHEMAS },
	{ "required", WANTED_NAMES },
	{ "additionalProperties", WANTED_BOOLEAN },
	{ NULL, WANTED_TEXT }
};

static bool is_container(struct json_object *value)
{
	return json_object_is_type(value, json_type_object) ||
	       json_object_is_type(value, json_type_array);
}

static bool type_is_sound(struct fault *fault, struct json_object *type)
{
	if (json_object_is_type(type, json_type_string))
		return json_schema_is_type(json_object_get_string(type)) ||
		       fault_is(fault, "there is no type %s", json_object_get_string(type));
	if (!json_object_is_type(type, json_type_array) || json_object_array_length(type) == 0)
		return fault_is(fault, "type is a text or a list of texts");
	for (size_t n = 0; n < json_object_array_length(type); n++) {
		struct json_object *one = json_object_array_get_idx(type, n);
		if (is_container(one) || !type_is_sound(fault, one))
			return fault_is(fault, "type is a text or a list of texts");
	}
	return true;
}

static bool schemas_are_sound(struct fault *fault, struct json_object *schemas)
{
	if (!json_object_is_type(schemas, json_type_object))
		return fault_is(fault, "properties are names and schemas");
	json_object_object_foreach(schemas, name, schema) {
		(void)name;
		fault_at(fault, schema);
		if (!json_schema_is_sound(fault, schema))
			return false;
	}
	return true;
}

/* A name that is required but may not be there could never be satisfied by what is shown. */
static bool names_are_sound(struct fault *fault, struct json_object *schema,
			    struct json_object *names)
{
	if (!json_object_is_type(names, json_type_array))
		return fault_is(fault, "required is a list of names");
	for (size_t n = 0; n < json_object_array_length(names); n++) {
		struct json_object *name = json_object_array_get_idx(names, n);
		fault_at(fault, name);
		if (!json_object_is_type(name, json_type_string))
			return fault_is(fault, "required is a list of names");
		if (!json_has(json_get(schema, "properties"), json_object_get_string(name)))
			return fault_is(fault, "required names %s, which is no property",
					json_object_get_string(name));
	}
	return true;
}

static bool scalars_are_sound(struct fault *fault, struct json_object *list)
{
	if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) == 0)
		return fault_is(fault, "enum is a list of values");
	for (size_t n = 0; n < json_object_array_length(list); n++)
		if (is_container(json_object_array_get_idx(list, n)))
			return fault_is(fault, "enum lists texts, numbers, truths and null");
	return true;
}

static bool is_count(struct json_object *value)
{
	return json_object_is_type(value, json_type_int) && json_object_get_int64(value) >= 0;
}

static bool is_number(struct json_object *value)
{
	return json_object_is_type(value, json_type_int) ||
	       json_object_is_type(value, json_type_double);
}

/* The default of a property is judged last, when the rest of its schema is known to be sound. */
static bool default_is_sound(struct fault *fault, struct json_object *schema)
{
	struct json_object *value;
	const char *why;

	if (!json_object_object_get_ex(schema, "default", &value))
		return true;
	fault_at(fault, value);
	return json_schema_holds(fault->arena, schema, value, "the default", 0, &why) ||
	       fault_is(fault, "%s", why);
}

static bool keyword_is_sound(struct fault *fault, struct json_object *schema,
			     const struct keyword *keyword, struct json_object *value)
{
	switch (keyword->wanted) {
	case WANTED_TEXT:
		return json_object_is_type(value, json_type_string) ||
		       fault_is(fault, "%s is a text", keyword->name);
	case WANTED_TYPE:
		return type_is_sound(fault, value);
	case WANTED_SCHEMA:
		return json_schema_is_sound(fault, value);
	case WANTED_SCHEMAS:
		return schemas_are_sound(fault, value);
	case WANTED_NAMES:
		return names_are_sound(fault, schema, value);
	case WANTED_SCALARS:
		return scalars_are_sound(fault, value);
	case WANTED_NUMBER:
		return is_number(value) || fault_is(fault, "%s is a number", keyword->name);
	case WANTED_COUNT:
		return is_count(value) ||
		       fault_is(fault, "%s is a whole number from 0", keyword->name);
	case WANTED_BOOLEAN:
		return json_object_is_type(value, json_type_boolean) ||
		       fault_is(fault, "%s is true or false", keyword->name);
	case WANTED_DEFAULT:
		break;
	}
	return true;
}

bool json_schema_is_sound(struct fault *fault, struct json_object *schema)
{
	if (!json_object_is_type(schema, json_type_object))
		return fault_is(fault, "a schema is names and values");
	json_object_object_foreach(schema, name, value) {
		const struct keyword *keyword = keywords;
		fault_at(fault, value);
		while (keyword->name != NULL && strcmp(keyword->name, name) != 0)
			keyword++;
		if (keyword->name == NULL)
			return fault_is(fault, "%s is no keyword of a schema that we enforce",
					name);
		if (!keyword_is_sound(fault, schema, keyword, value))
			return false;
	}
	return default_is_sound(fault, schema);
}

