/* The body of a list request: match, match_not, _all and time bounds become query parameters. */
#include "config.h"

#include "store/search.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

/* One of match and match_not while it is read: two JSON lists that lack their "]". */
struct clause {
	struct text pairs;
	struct text texts;
	bool names_id;
};

static bool list_read(struct req *rq, struct clause *clause, struct json_object *list,
		      const char *path);

/* What is empty may be the same in all documents. */
static bool is_id(const char *key, struct json_object *value)
{
	static const char *const ids[] = { "action_id", "backup_id", "client_id", "job_id",
					   "session_id" };

	if (!json_object_is_type(value, json_type_string) || json_object_get_string_len(value) == 0)
		return false;
	for (size_t n = 0; n < sizeof(ids) / sizeof(ids[0]); n++) {
		if (strcmp(key, ids[n]) == 0)
			return true;
	}
	return false;
}

static void pair_add(struct req *rq, struct clause *clause, const char *key,
		     struct json_object *value)
{
	clause->names_id |= is_id(key, value);
	text_puts(&clause->pairs, clause->pairs.len == 0 ? "[{\"k\":" : ",{\"k\":");
	text_json_string(&clause->pairs, key);
	text_puts(&clause->pairs, ",\"v\":");
	text_puts(&clause->pairs, json_text(rq->arena, value));
	text_puts(&clause->pairs, "}");
}

static void text_look_for(struct clause *clause, const char *text)
{
	text_puts(&clause->texts, clause->texts.len == 0 ? "[" : ",");
	text_json_string(&clause->texts, text);
}

/*
 * The value of "_all" is JSON inside a string when it reads as a list, else free text. Lists may
 * hold another "_all": the escaping doubles each time, so the size of a body bounds the nesting.
 */
static bool all_read(struct req *rq, struct clause *clause, struct json_object *value,
		     const char *path)
{
	struct json_object *list;
	struct json_error error;

	if (value == NULL)
		return true;
	if (!json_object_is_type(value, json_type_string))
		return problem(rq, 400, "%s._all must be a string", path);
	const char *text = json_object_get_string(value);
	if (text[0] == '\0')
		return true;
	bool is_json = json_parse(rq->arena, text, strlen(text), &list, &error);
	if (!is_json && error.fault == JSON_UNSTORABLE && text[strspn(text, " \t\r\n")] == '[')
		return problem(rq, 400, "%s._all can't be searched for: %s", path, error.reason);
	if (is_json && json_object_is_type(list, json_type_array))
		return list_read(rq, clause, list, arena_printf(rq->arena, "%s._all", path));
	text_look_for(clause, text);
	return true;
}

static bool element_read(struct req *rq, struct clause *clause, struct json_object *element,
			 const char *path)
{
	if (!json_object_is_type(element, json_type_object))
		return problem(rq, 400, "%s must be an object such as {\"status\": \"running\"}",
			       path);
	json_object_object_foreach(element, key, value) {
		if (strcmp(key, "_all") != 0)
			pair_add(rq, clause, key, value);
		else if (!all_read(rq, clause, value, path))
			return false;
	}
	return true;
}

static bool list_read(struct req *rq, struct clause *clause, struct json_object *list,
		      const char *path)
{
	if (list == NULL)
		return true;
	if (json_object_is_type(list, json_type_object))
		return element_read(rq, clause, list, path);
	if (!json_object_is_type(list, json_type_array))
		return problem(rq, 400, "%s must be a list of objects", path);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *place = arena_printf(rq->arena, "%s[%zu]", path, i);
		if (!element_read(rq, clause, json_object_array_get_idx(list, i), place))
			return false;
	}
	return true;
}

static const char *list_end(struct text *list)
{
	if (list->len == 0)
		return NULL;
	text_puts(list, "]");
	return list->data;
}

static bool clause_read(struct req *rq, struct json_object *list, const char *path,
			const char **pairs, const char **texts, bool *names_id)
{
	struct clause clause = { .pairs.arena = rq->arena, .texts.arena = rq->arena };

	if (!list_read(rq, &clause, list, path))
		return false;
	*pairs = list_end(&clause.pairs);
	*texts = list_end(&clause.texts);
	*names_id = clause.names_id;
	return true;
}

/* An integer beyond int64 comes from the parser as a double, and is refused like any other. */
static bool time_read(struct req *rq, struct json_object *value, const char *path,
		      const char **bound)
{
	int64_t time;

	if (value == NULL)
		return true;
	if (json_object_is_type(value, json_type_int))
		time = json_object_get_int64(value);
	else if (!json_object_is_type(value, json_type_string) ||
		 !text_to_int64(json_object_get_string(value), &time))
		return problem(rq, 400, "%s must be an integer: seconds since 1970", path);
	*bound = arena_printf(rq->arena, "%" PRId64, time);
	return true;
}

/* The documents speak of a parameter "search", the clients send its members: both are fine. */
static bool wrapping_open(struct req *rq, struct json_object **body, const char **root)
{
	*body = rq->body;
	*root = "$";
	struct json_object *inner = json_get(rq->body, "search");
	if (inner == NULL || json_get(rq->body, "match") != NULL ||
	    json_get(rq->body, "match_not") != NULL)
		return true;
	if (!json_object_is_type(inner, json_type_object))
		return problem(rq, 400, "$.search must be an object");
	*body = inner;
	*root = "$.search";
	return true;
}

/* The object that holds a clause's only pair; NULL when there are more, or none. */
static struct json_object *only_pair(struct json_object *list)
{
	if (json_object_is_type(list, json_type_array) && json_object_array_length(list) == 1)
		list = json_object_array_get_idx(list, 0);
	return json_object_is_type(list, json_type_object) &&
	       json_object_object_length(list) == 1 ? list : NULL;
}

/* What begins with a letter equals itself alone, but for these two, which numbers equal too. */
static bool is_word(const char *text)
{
	return ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z')) &&
	       strcmp(text, "true") != 0 && strcmp(text, "false") != 0;
}

static const char *word_of(struct json_object *pair)
{
	if (pair == NULL)
		return NULL;
	json_object_object_foreach(pair, key, value) {
		if (json_object_is_type(value, json_type_string) && strcmp(key, "_all") != 0 &&
		    is_word(json_object_get_string(value)))
			return json_object_get_string(value);
	}
	return NULL;
}

bool search_read(struct req *rq, enum kind kind, struct search *search)
{
	struct json_object *body;
	const char *root;
	bool names_no_id;

	*search = (struct search){ 0 };
	if (!wrapping_open(rq, &body, &root))
		return false;
	if (!clause_read(rq, json_get(body, "match"), arena_printf(rq->arena, "%s.match", root),
			 &search->match, &search->texts, &search->names_id) ||
	    !clause_read(rq, json_get(body, "match_not"),
			 arena_printf(rq->arena, "%s.match_not", root),
			 &search->match_not, &search->texts_not, &names_no_id))
		return false;
	search->client = json_get_string(only_pair(json_get(body, "match")), "client_id");
	search->word_not = word_of(only_pair(json_get(body, "match_not")));
	if (kind != KIND_BACKUPS)
		return true;
	return time_read(rq, json_get(body, "time_after"),
			 arena_printf(rq->arena, "%s.time_after", root), &search->time_after) &&
	       time_read(rq, json_get(body, "time_before"),
			 arena_printf(rq->arena, "%s.time_before", root), &search->time_before);
}

bool search_is_empty(const struct search *search)
{
	return search->match == NULL && search->match_not == NULL && search->texts == NULL &&
	       search->texts_not == NULL && search->time_after == NULL &&
	       search->time_before == NULL;
}

bool search_is_wide(const struct search *search)
{
	return !search->names_id && (search->match_not != NULL || search->texts != NULL ||
				     search->texts_not != NULL || search->time_after != NULL ||
				     search->time_before != NULL);
}
