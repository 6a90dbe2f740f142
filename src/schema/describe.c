/* A shape told as a JSON Schema (2020-12), for the API's description of itself. */
#include "config.h"

#include "schema/schema.h"

#include <json-c/json.h>

static void text_add(struct json_object *to, const char *key, const char *value)
{
	json_object_object_add(to, key, json_object_new_string(value));
}

static struct json_object *kinds_describe(unsigned kinds)
{
	static const struct { unsigned kind; const char *name; } names[] = {
		{ STRING, "string" }, { INTEGER, "integer" }, { NUMBER, "number" },
		{ BOOLEAN, "boolean" }, { OBJECT, "object" }, { ARRAY, "array" },
		{ NULLABLE, "null" },
	};
	struct json_object *types = json_object_new_array();

	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		if ((kinds & names[n].kind) != 0)
			json_object_array_add(types, json_object_new_string(names[n].name));
	}
	return types;
}

static void words_describe(struct json_object *schema, const char *const *words, unsigned kinds)
{
	if (words == NULL)
		return;
	struct json_object *values = json_object_new_array();
	for (; *words != NULL; words++)
		json_object_array_add(values, json_object_new_string(*words));
	if ((kinds & NULLABLE) != 0)
		json_object_array_add(values, NULL);
	json_object_object_add(schema, "enum", values);
}

static struct json_object *elements_describe(const struct field *field)
{
	if (field->shape != NULL)
		return schema_describe(field->shape);
	struct json_object *schema = json_object_new_object();
	if (field->element_kinds != 0)
		json_object_object_add(schema, "type", kinds_describe(field->element_kinds));
	words_describe(schema, field->words, 0);
	return schema;
}

static void string_describe(struct json_object *schema, const struct field *field)
{
	words_describe(schema, field->words, field->kinds);
	if (field->length_max != 0)
		json_object_object_add(schema, "maxLength",
				       json_object_new_int64((int64_t)field->length_max));
	if ((field->flags & NOT_EMPTY) != 0)
		json_object_object_add(schema, "minLength", json_object_new_int(1));
	if (field->format_text != NULL)
		text_add(schema, "description", field->format_text);
}

static struct json_object *field_describe(const struct field *field)
{
	struct json_object *schema = (field->kinds & OBJECT) != 0 && field->shape != NULL ?
				     schema_describe(field->shape) : json_object_new_object();

	if ((field->kinds & ANY) != 0)
		return schema;
	json_object_object_add(schema, "type", kinds_describe(field->kinds));
	if ((field->kinds & ARRAY) != 0)
		json_object_object_add(schema, "items", elements_describe(field));
	if ((field->kinds & STRING) != 0)
		string_describe(schema, field);
	return schema;
}

struct json_object *schema_describe(const struct shape *shape)
{
	struct json_object *schema = json_object_new_object();
	struct json_object *properties = json_object_new_object();
	struct json_object *required = json_object_new_array();

	for (const struct field *field = shape->fields; field->name != NULL; field++) {
		json_object_object_add(properties, field->name, field_describe(field));
		if ((field->flags & REQUIRED) != 0)
			json_object_array_add(required, json_object_new_string(field->name));
	}
	text_add(schema, "type", "object");
	json_object_object_add(schema, "properties", properties);
	if (json_object_array_length(required) > 0)
		json_object_object_add(schema, "required", required);
	else
		json_object_put(required);
	json_object_object_add(schema, "additionalProperties", shape->map != NULL ?
			       field_describe(&shape->map->value) :
			       json_object_new_boolean(!shape->closed));
	return schema;
}
