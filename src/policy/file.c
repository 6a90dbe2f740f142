/* A policy file: YAML or JSON, names and rules; a rule is a text or the older list of lists. */
#include "config.h"
#include "policy/policy_int.h"

#include <json-c/json.h>

#include "base/arena.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "base/yaml.h"

/* The file, a list, the lists in it. */
static const struct yaml_rules file_rules = { .nesting_max = 3, .texts_only = true };

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

/* JSON is tried first, because not all of it is YAML: tabs, for one. */
bool policy_file_load(struct ruleset *set, const char *path)
{
	struct arena *arena = arena_new();
	struct json_object *rules = NULL;
	struct json_error error;
	size_t len;

	char *text = file_read(arena, path, &len);
	bool good = text != NULL &&
		    (json_parse(arena, text, len, &rules, &error) ||
		     yaml_read(arena, path, text, len, &file_rules, &rules));
	/* a file of comments holds no rules */
	good = good && (rules == NULL || rules_put(set, arena, path, rules));
	arena_free(arena);
	return good;
}
