/*
 * A body through the gate and the table of fields of a route, which the first two bytes choose: it is refused
 * in words that may be shown, or what was read of it passes again.
 * clang -fsanitize=fuzzer,address,undefined; see tests/fuzz/README.md.
 */
#include "route/dispatch.c"

#include <stdint.h>

#include "base/utf8.h"

#define ROUTES_MAX 256
#define DESCRIPTION_MAX 8192    /* of a body of 4 KB: refusals echo only parts of it */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct row rows[ROUTES_MAX];     /* those that take a body */
static size_t row_count;

static void row_keep(const struct row *row, void *argument)
{
	(void)argument;
	if (row->route->body == NULL && (row->route->flags & SEARCHES) == 0)
		return;
	assert(row_count < ROUTES_MAX);
	rows[row_count++] = *row;
}

/* One line of text: well-formed, and nothing that moves a cursor. */
static void judge_words(const char *text)
{
	size_t len = strlen(text), step;

	assert(len > 0 && len < DESCRIPTION_MAX);
	for (; len > 0; text += step, len -= step) {
		step = utf8_length((const unsigned char *)text, len);
		assert(step > 0 && (unsigned char)text[0] >= ' ' && text[0] != 0x7f);
	}
}

static void judge_refusal(const struct req *rq)
{
	int status = rq->problem.status;

	assert(status == 400 || (status == 415 && rq->service == SERVICE_DATA_PROTECT) ||
	       (status == 753 && rq->service == SERVICE_BACKUP));
	judge_words(rq->problem.description);
}

/* What was read, printed and read again, is the same and passes. */
static void read_again(struct req *rq)
{
	struct json_object *first = rq->body, *again;
	struct json_error error;

	if (first == NULL)
		return;
	assert(json_object_is_type(first, json_type_object));
	const char *text = json_text(rq->arena, first);
	assert(json_parse_stored(rq->arena, text, strlen(text), &again, &error));
	assert(json_same(first, again));
	assert(rq->route->body == NULL || schema_check(rq, again, rq->route->body));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *arena;

	if (size < 2)
		return 0;
	if (arena == NULL) {
		arena = arena_new();
		route_each(row_keep, NULL);
	}
	const struct row *row = &rows[data[0] % row_count];
	struct req rq = {
		.arena = arena, .service = row->service, .method = row->route->method, .resource = row->resource,
		.route = row->route, .api_version = row->version,
		.content_type = data[1] == '-' ? "text/plain" : "Application/JSON; charset=utf-8",
		.body_text = size == 2 ? NULL : arena_strndup(arena, (const char *)data + 2, size - 2),
		.body_len = size - 2,
	};
	if (step_validate(&rq))
		read_again(&rq);
	else
		judge_refusal(&rq);
	arena_reset(arena);
	return 0;
}
