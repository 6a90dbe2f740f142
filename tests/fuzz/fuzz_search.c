/*
 * The body of a list request, behind a byte that chooses what is listed: it is refused at a place of the body,
 * or becomes parameters that PostgreSQL reads without a fault, and the same ones when it is read again.
 * clang -fsanitize=fuzzer,address,undefined; see tests/fuzz/README.md.
 */
#include "config.h"

#include "store/search.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct json_object *list_of(struct arena *arena, const char *text)
{
	struct json_object *list;
	struct json_error error;

	assert(json_parse_stored(arena, text, strlen(text), &list, &error));
	assert(json_object_is_type(list, json_type_array) && json_object_array_length(list) > 0);
	return list;
}

/* [{"k": key, "v": value}, ...] */
static void judge_pairs(struct arena *arena, const char *text)
{
	if (text == NULL)
		return;
	struct json_object *list = list_of(arena, text);
	for (size_t n = 0; n < json_object_array_length(list); n++) {
		struct json_object *pair = json_object_array_get_idx(list, n);
		assert(json_object_object_length(pair) == 2 && json_has(pair, "v"));
		assert(json_get_string(pair, "k") != NULL);
	}
}

/* [text, ...], none of which finds everything. */
static void judge_texts(struct arena *arena, const char *text)
{
	if (text == NULL)
		return;
	struct json_object *list = list_of(arena, text);
	for (size_t n = 0; n < json_object_array_length(list); n++) {
		struct json_object *one = json_object_array_get_idx(list, n);
		assert(json_object_is_type(one, json_type_string) && json_object_get_string_len(one) > 0);
	}
}

static void judge_time(const char *text, enum kind kind)
{
	int64_t seconds;

	assert(text == NULL || (kind == KIND_BACKUPS && text_to_int64(text, &seconds)));
}

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void judge(struct req *rq, enum kind kind, const struct search *search)
{
	struct search again;

	judge_pairs(rq->arena, search->match);
	judge_pairs(rq->arena, search->match_not);
	judge_texts(rq->arena, search->texts);
	judge_texts(rq->arena, search->texts_not);
	judge_time(search->time_after, kind);
	judge_time(search->time_before, kind);
	assert(search_read(rq, kind, &again));
	assert(same(search->match, again.match) && same(search->match_not, again.match_not));
	assert(same(search->texts, again.texts) && same(search->texts_not, again.texts_not));
	assert(search_is_empty(search) == search_is_empty(&again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *arena;
	struct json_error error;
	struct search search;

	if (size == 0)
		return 0;
	if (arena == NULL)
		arena = arena_new();
	struct req rq = { .arena = arena };
	enum kind kind = data[0] == 'b' ? KIND_BACKUPS : KIND_JOBS;
	if (json_parse(arena, (const char *)data + 1, size - 1, &rq.body, &error) &&
	    (rq.body == NULL || json_object_is_type(rq.body, json_type_object))) {
		if (search_read(&rq, kind, &search))
			judge(&rq, kind, &search);
		else
			assert(rq.problem.status == 400 && rq.problem.description[0] == '$');
	}
	arena_reset(arena);
	return 0;
}
