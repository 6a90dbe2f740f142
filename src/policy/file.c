/* A policy file: YAML or JSON, names and rules; a rule is a text or the older list of lists. */
#include "config.h"
#include "policy/policy_int.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"

#define FILE_SIZE_MAX (1 << 20)
#define NESTING_MAX 3          /* the file, a list, the lists in it */

struct reading {
	const char *path;
	yaml_parser_t parser;
};

/* ---- YAML to values ------------------------------------------------------------------------- */

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

/* What YAML takes for null, a truth or a number when nothing quotes it is no rule. */
static bool is_other_than_text(const char *text)
{
	static const char *const words[] = { "", "~", "null", "true", "false", "yes", "no", "on",
					     "off", NULL };

	for (size_t n = 0; words[n] != NULL; n++) {
		if (strcasecmp(text, words[n]) == 0)
			return true;
	}
	return text[strspn(text, "0123456789.+-eE_")] == '\0';
}

static bool scalar_read(struct reading *in, const yaml_event_t *event, struct json_object **value)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;

	if (strlen(text) != len)
		return refuse(in, event, "a text holds a NUL");
	if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && is_other_than_text(text))
		return refuse(in, event, "a rule is a text; quote it");
	*value = json_object_new_string(text);
	return true;
}

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

static bool mapping_read(struct reading *in, int nesting, struct json_object *map)
{
	for (;;) {
		struct json_object *value = NULL;
		yaml_event_t key, event;
		if (!event_next(in, &key))
			return false;
		bool ends = key.type == YAML_MAPPING_END_EVENT;
		bool good = ends || key.type == YAML_SCALAR_EVENT ||
			    refuse(in, &key, "a name is a text");
		if (good && !ends) {
			good = event_next(in, &event);
			if (good) {
				good = value_read(in, &event, nesting, &value);
				yaml_event_delete(&event);
			}
		}
		if (good && !ends)
			json_object_object_add(map, (const char *)key.data.scalar.value, value);
		yaml_event_delete(&key);
		if (!good || ends)
			return good;
	}
}

static bool value_read(struct reading *in, const yaml_event_t *event, int nesting,
		       struct json_object **value)
{
	bool good = false;

	if (event->type == YAML_SCALAR_EVENT)
		return scalar_read(in, event, value);
	if (event->type == YAML_SEQUENCE_START_EVENT && nesting > 0 && nesting < NESTING_MAX) {
		*value = json_object_new_array();
		good = sequence_read(in, nesting + 1, *value);
	} else if (event->type == YAML_MAPPING_START_EVENT && nesting == 0) {
		*value = json_object_new_object();
		good = mapping_read(in, nesting + 1, *value);
	} else {
		return refuse(in, event, nesting == 0 ? "a policy file is names and rules" :
			      "a rule is a text, or a list of lists of texts");
	}
	if (!good) {
		json_object_put(*value);
		*value = NULL;
	}
	return good;
}

/* The one document of the stream; an empty stream, or one of comments, holds no rules. */
static bool stream_read(struct reading *in, struct json_object **value)
{
	yaml_event_t event;
	bool good = true, ends = false;

	*value = NULL;
	while (good && !ends && event_next(in, &event)) {
		ends = event.type == YAML_STREAM_END_EVENT;
		if (event.type == YAML_SCALAR_EVENT && *value == NULL &&
		    event.data.scalar.length == 0)
			*value = json_object_new_object();
		else if (!ends && event.type > YAML_DOCUMENT_END_EVENT)
			good = *value == NULL ? value_read(in, &event, 0, value) :
			       refuse(in, &event, "a policy file is one document");
		yaml_event_delete(&event);
	}
	if (good && ends && *value == NULL)
		*value = json_object_new_object();
	if (good && ends)
		return true;
	json_object_put(*value);
	*value = NULL;
	return false;
}

static struct json_object *yaml_read(const char *path, const char *text, size_t len)
{
	struct reading in = { .path = path };
	struct json_object *value = NULL;

	if (yaml_parser_initialize(&in.parser) != 1)
		return NULL;
	yaml_parser_set_input_string(&in.parser, (const unsigned char *)text, len);
	stream_read(&in, &value);
	yaml_parser_delete(&in.parser);
	return value;
}

/* ---- values to rules ------------------------------------------------------------------------ */

/* The checks of an inner list, or one that stands alone, and the NULL that ends them. */
static size_t words_add(const char **words, struct json_object *inner)
{
	size_t count = 0;

	if (json_object_is_type(inner, json_type_array)) {
		for (; count < json_object_array_length(inner); count++)
			words[count] = json_object_get_string(
				json_object_array_get_idx(inner, count));
	} else {
		words[count++] = json_object_get_string(inner);
	}
	words[count] = NULL;
	return count + 1;
}

/* [["role:a"], ["role:b", "rule:c"]] or ["role:a", ...]: any list of which all hold. */
static struct check_tree *lists_parse(struct arena *arena, struct json_object *lists)
{
	size_t outer = json_object_array_length(lists), room = 1, count = 0;

	for (size_t n = 0; n < outer; n++) {
		struct json_object *inner = json_object_array_get_idx(lists, n);
		room += json_object_is_type(inner, json_type_array) ?
			json_object_array_length(inner) + 1 : 2;
	}
	const char **words = arena_alloc(arena, room * sizeof(*words));
	for (size_t n = 0; n < outer; n++)
		count += words_add(words + count, json_object_array_get_idx(lists, n));
	return policy_parse_lists(words, count);
}

static bool is_texts(struct json_object *list, int depth)
{
	for (size_t n = 0; n < json_object_array_length(list); n++) {
		struct json_object *value = json_object_array_get_idx(list, n);
		bool deeper = depth > 0 && json_object_is_type(value, json_type_array);
		if (deeper ? !is_texts(value, depth - 1) :
			     !json_object_is_type(value, json_type_string))
			return false;
	}
	return true;
}

static bool rule_put(struct ruleset *set, struct arena *arena, const char *path, const char *name,
		     struct json_object *rule)
{
	if (json_object_is_type(rule, json_type_string)) {
		const char *text = json_object_get_string(rule);
		return ruleset_put(set, name, text, policy_parse(text));
	}
	if (json_object_is_type(rule, json_type_array) && is_texts(rule, 1))
		return ruleset_put(set, name, json_text(arena, rule), lists_parse(arena, rule));
	log_error("%s: %s: a rule is a text, or a list of lists of texts", path, name);
	return false;
}

static bool rules_put(struct ruleset *set, struct arena *arena, const char *path,
		      struct json_object *rules)
{
	bool good = true;

	if (!json_object_is_type(rules, json_type_object)) {
		log_error("%s: a policy file is names and rules", path);
		return false;
	}
	json_object_object_foreach(rules, name, rule)
		good = rule_put(set, arena, path, name, rule) && good;
	return good;
}

/* ---- the file ------------------------------------------------------------------------------- */

/* NULL with the reason logged. */
static char *text_read(struct arena *arena, const char *path, size_t *len)
{
	FILE *file = fopen(path, "r");

	if (file == NULL) {
		log_error("%s can't be read: %m", path);
		return NULL;
	}
	char *text = arena_alloc(arena, FILE_SIZE_MAX + 1);
	*len = fread(text, 1, FILE_SIZE_MAX + 1, file);
	bool whole = ferror(file) == 0 && *len <= FILE_SIZE_MAX;
	fclose(file);
	if (!whole) {
		log_error("%s can't be read, or is larger than %d bytes", path, FILE_SIZE_MAX);
		return NULL;
	}
	text[*len] = '\0';
	return text;
}

/* JSON is tried first, because not all of it is YAML: tabs, for one. */
bool policy_file_load(struct ruleset *set, const char *path)
{
	struct arena *arena = arena_new();
	struct json_object *rules = NULL;
	struct json_error error;
	size_t len;

	char *text = text_read(arena, path, &len);
	bool good = text != NULL;
	if (good && !json_parse(arena, text, len, &rules, &error)) {
		rules = yaml_read(path, text, len);
		good = rules != NULL;
		if (good)
			json_own(arena, rules);
	}
	good = good && rules_put(set, arena, path, rules);
	arena_free(arena);
	return good;
}
