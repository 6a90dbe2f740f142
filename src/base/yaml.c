/* YAML that an operator wrote, as JSON values that know their line. The only file with libyaml. */
#include "config.h"

#include "base/yaml.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"

struct reading {
	struct arena *arena;
	const char *path;
	const struct yaml_rules *rules;
	yaml_parser_t parser;
};

static bool value_read(struct reading *in, const yaml_event_t *event, int nesting,
		       struct json_object **value);

static bool refuse(const struct reading *in, const yaml_event_t *event, const char *reason)
{
	log_error("%s line %zu: %s", in->path, event->start_mark.line + 1, reason);
	return false;
}

static bool event_next(struct reading *in, yaml_event_t *event)
{
	if (yaml_parser_parse(&in->parser, event) == 1)
		return true;
	log_error("%s line %zu: %s", in->path, in->parser.problem_mark.line + 1,
		  in->parser.problem == NULL ? "this is no YAML" : in->parser.problem);
	return false;
}

/* A number with a fraction keeps its digits where others have their line. */
static void line_note(struct json_object *value, const yaml_event_t *event)
{
	if (value != NULL && !json_object_is_type(value, json_type_double))
		json_object_set_userdata(value, (void *)(uintptr_t)(event->start_mark.line + 1),
					 NULL);
}

size_t yaml_line(struct json_object *value)
{
	if (value == NULL || json_object_is_type(value, json_type_double))
		return 0;
	return (size_t)(uintptr_t)json_object_get_userdata(value);
}

/* ---- scalars -------------------------------------------------------------------------------- */

/* Dashes of a date; what has more of them, as a UUID has, is no number either. */
#define DASHES_MAX 2

static size_t dashes(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text == '-';
	return count;
}

/* What one YAML or another takes for null, a truth, a number or a date when nothing quotes it. */
static bool is_other_than_text(const char *text)
{
	static const char *const words[] = { "", "~", "null", "true", "false", "yes", "no", "on",
					     "off", NULL };

	for (size_t n = 0; words[n] != NULL; n++) {
		if (strcasecmp(text, words[n]) == 0)
			return true;
	}
	return text[strspn(text, "0123456789.+-eE_")] == '\0' && dashes(text) <= DASHES_MAX;
}

static bool plain_read(struct reading *in, const yaml_event_t *event, const char *text,
		       struct json_object **value)
{
	struct json_error error;

	if (text[0] == '\0' || strcmp(text, "~") == 0 || strcasecmp(text, "null") == 0)
		return true;
	if (strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0) {
		*value = json_object_new_boolean(strcasecmp(text, "true") == 0);
		return true;
	}
	if (!json_parse(in->arena, text, strlen(text), value, &error))
		return refuse(in, event, "is this a text? then quote it");
	json_object_get(*value);
	return true;
}

static bool scalar_read(struct reading *in, const yaml_event_t *event, struct json_object **value)
{
	const char *text = (const char *)event->data.scalar.value;
	const char *tag = (const char *)event->data.scalar.tag;

	if (strlen(text) != event->data.scalar.length)
		return refuse(in, event, "a text holds a NUL");
	if (tag != NULL && strcmp(tag, YAML_STR_TAG) != 0)
		return refuse(in, event, "a tag means nothing here");
	bool is_plain = tag == NULL && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (is_plain && is_other_than_text(text)) {
		if (in->rules->texts_only)
			return refuse(in, event, "a text belongs here; quote it");
		return plain_read(in, event, text, value);
	}
	*value = json_object_new_string(text);
	return true;
}

/* ---- containers ----------------------------------------------------------------------------- */

static bool sequence_read(struct reading *in, int nesting, struct json_object *list)
{
	for (;;) {
		struct json_object *value = NULL;
		yaml_event_t event;
		if (!event_next(in, &event))
			return false;
		bool ends = event.type == YAML_SEQUENCE_END_EVENT;
		bool good = ends || value_read(in, &event, nesting, &value);
		yaml_event_delete(&event);
		if (!good || ends)
			return good;
		json_object_array_add(list, value);
	}
}

static bool key_check(struct reading *in, const yaml_event_t *key, struct json_object *map)
{
	if (key->type != YAML_SCALAR_EVENT)
		return refuse(in, key, "a name is a text");
	const char *name = (const char *)key->data.scalar.value;
	if (strlen(name) != key->data.scalar.length)
		return refuse(in, key, "a name holds a NUL");
	if (in->rules->keys_once && json_has(map, name))
		return refuse(in, key, "this name was there before");
	return true;
}

static bool member_read(struct reading *in, const yaml_event_t *key, int nesting,
			struct json_object *map)
{
	struct json_object *value = NULL;
	yaml_event_t event;

	if (!key_check(in, key, map) || !event_next(in, &event))
		return false;
	bool good = value_read(in, &event, nesting, &value);
	yaml_event_delete(&event);
	if (good)
		json_object_object_add(map, (const char *)key->data.scalar.value, value);
	return good;
}

static bool mapping_read(struct reading *in, int nesting, struct json_object *map)
{
	for (;;) {
		yaml_event_t key;
		if (!event_next(in, &key))
			return false;
		bool ends = key.type == YAML_MAPPING_END_EVENT;
		bool good = ends || member_read(in, &key, nesting, map);
		yaml_event_delete(&key);
		if (!good || ends)
			return good;
	}
}

static bool value_read(struct reading *in, const yaml_event_t *event, int nesting,
		       struct json_object **value)
{
	bool good = false;

	if (event->type == YAML_ALIAS_EVENT)
		return refuse(in, event, "an alias means nothing here");
	if (event->type != YAML_SCALAR_EVENT && nesting == in->rules->nesting_max)
		return refuse(in, event, "too deep");
	if (event->type == YAML_SCALAR_EVENT) {
		good = scalar_read(in, event, value);
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		*value = json_object_new_array();
		good = sequence_read(in, nesting + 1, *value);
	} else {
		*value = json_object_new_object();
		good = mapping_read(in, nesting + 1, *value);
	}
	if (good) {
		line_note(*value, event);
		return true;
	}
	json_object_put(*value);
	*value = NULL;
	return false;
}

/* ---- the document --------------------------------------------------------------------------- */

/* The one document of the stream; an empty stream, or one of comments, has none. */
static bool stream_read(struct reading *in, struct json_object **value)
{
	bool good = true, ends = false, found = false;
	yaml_event_t event;

	while (good && !ends && event_next(in, &event)) {
		ends = event.type == YAML_STREAM_END_EVENT;
		if (!ends && event.type > YAML_DOCUMENT_END_EVENT) {
			good = found ? refuse(in, &event, "this is a second document") :
				       value_read(in, &event, 0, value);
			found = true;
		}
		yaml_event_delete(&event);
	}
	return good && ends;
}

bool yaml_read(struct arena *arena, const char *path, const char *text, size_t len,
	       const struct yaml_rules *rules, struct json_object **value)
{
	struct reading in = { .arena = arena, .path = path, .rules = rules };

	*value = NULL;
	if (yaml_parser_initialize(&in.parser) != 1)
		return false;
	yaml_parser_set_input_string(&in.parser, (const unsigned char *)text, len);
	bool good = stream_read(&in, value);
	yaml_parser_delete(&in.parser);
	json_own(arena, *value);
	return good;
}
