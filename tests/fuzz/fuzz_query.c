/*
 * A path and a query string, behind a byte that chooses service and method: they name a route or are
 * refused, words of a path are what the client encoded, and what a list reads of the query is in its bounds.
 * clang -fsanitize=fuzzer,address,undefined; see tests/fuzz/README.md.
 */
#include "karbor/list.c"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "route/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const sort_keys[] = { "name", "status", NULL };
static const struct filter filters[] = { { .parameter = "name" }, { .parameter = "status", .is_piece = true },
					 { .parameter = "resource_id", .member = "resource.id" }, { 0 } };
static const struct list plans = { .kind = KIND_PLANS, .items = "plans", .sort_keys = sort_keys,
				   .filters = filters };

static bool is_text(const char *text)
{
	size_t len = strlen(text), step;

	for (; len > 0; text += step, len -= step) {
		step = utf8_length((const unsigned char *)text, len);
		if (step == 0)
			return false;
	}
	return true;
}

static bool is_refused(const struct req *rq)
{
	return rq->problem.status >= 400 && rq->problem.status < 500 && rq->problem.description != NULL;
}

/* Every byte of it as %XX. */
static const char *encoded(struct arena *arena, const char *text)
{
	struct text out = { .arena = arena };

	text_puts(&out, "");
	for (; *text != '\0'; text++)
		text_printf(&out, "%%%02x", (unsigned char)*text);
	return out.data;
}

/* The template with words for its placeholders, all of them encoded; how many words are used by then. */
static size_t template_fill(struct text *path, const struct req *rq, const char *template, size_t used)
{
	while (template[0] != '\0') {
		size_t len = strcspn(template, "{");
		text_add(path, template, len);
		template += len;
		if (template[0] == '{') {
			assert(used < rq->word_count);
			text_puts(path, encoded(rq->arena, rq->words[used++].value));
			template += strcspn(template, "}") + 1;
		}
	}
	return used;
}

/* The path that the words make of the row's template is the same row, with the same words. */
static void walk_again(const struct row *row, void *argument)
{
	const struct req *rq = argument;
	struct text path = { .arena = rq->arena };
	struct req again = *rq;

	if (row->number != rq->row)
		return;
	size_t used = template_fill(&path, rq, row->mount, 0);
	used = template_fill(&path, rq, strcmp(row->route->path, "/") == 0 ? "" : row->route->path, used);
	again.path = path.len == 0 ? "/" : path.data;
	assert(used == rq->word_count && route_match(&again) && again.row == rq->row);
	assert(again.word_count == used);
	for (size_t n = 0; n < used; n++)
		assert(strcmp(again.words[n].value, rq->words[n].value) == 0);
}

static void judge_path(struct req *rq)
{
	if (!route_match(rq)) {
		assert(is_refused(rq));
		return;
	}
	assert((rq->route == NULL) == (rq->row == 0));
	if (rq->route == NULL) {
		assert(rq->method == METHOD_OPTIONS && rq->reply.allow != NULL);
		return;
	}
	assert(rq->route->method == rq->method && rq->row < route_count());
	assert(rq->word_count <= WORDS_MAX);
	for (size_t n = 0; n < rq->word_count; n++)
		assert(rq->words[n].value[0] != '\0' && is_text(rq->words[n].value));
	route_each(walk_again, rq);
}

/* What a parameter says is what was encoded, whatever stands before it. */
static void judge_parameter(struct req *rq)
{
	const char *value = req_parameter(rq, "marker");

	if (value == NULL)
		return;
	struct req again = *rq;
	again.query = arena_printf(rq->arena, "%s&m%%61rker=%s", rq->query, encoded(rq->arena, value));
	const char *read = req_parameter(&again, "marker");
	assert(!is_text(value) || strcmp(read, value) == 0);
}

static void judge_part(struct req *rq)
{
	struct list_part part;
	int64_t limit, offset;

	if (list_part_read(rq, &part)) {
		assert(part.limit >= 1 && part.limit <= list_limit_max() && part.offset >= 0);
		assert(part.marker == NULL || part.marker[0] != '\0');
	} else {
		assert(is_refused(rq));
	}
	if (karbor_part(rq, &limit, &offset))
		assert(limit >= 1 && limit <= list_limit_max() && offset >= 0 && offset <= OFFSET_MAX);
	else
		assert(is_refused(rq));
}

/* What a client says of the order only chooses among our own words. */
static void judge_order(struct req *rq)
{
	struct page *page = arena_alloc(rq->arena, sizeof(*page));

	page->list = &plans;
	filters_read(rq, page, NULL);
	assert(json_object_object_length(page->equal) <= 2);
	if (!project_read(rq, page) || !sorts_read(rq, page)) {
		assert(is_refused(rq));
		return;
	}
	assert(page->sort_count <= SORTS_MAX);
	const char *order = order_text(rq, page);
	assert(order[strspn(order, "abcdefghijklmnopqrstuvwxyz_, ")] == '\0');
	const char *text = question_make(rq, page)->text;
	assert(strstr(text, "@after@") == NULL && strstr(text, "@order@") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *arena;

	if (size < 2)
		return 0;
	if (arena == NULL)
		arena = arena_new();
	const char *uri = arena_strndup(arena, (const char *)data + 1, size - 1);
	size_t path = strcspn(uri, "?");
	struct req rq = {
		.arena = arena, .service = (enum service)(data[0] & 3), .method = (enum method)(data[0] >> 2 & 7),
		.method_name = "METHOD", .mount = "", .path = arena_strndup(arena, uri, path),
		.query = uri[path] == '?' ? uri + path + 1 : "", .scheme = "http", .host = "localhost",
	};
	judge_path(&rq);
	judge_parameter(&rq);
	judge_part(&rq);
	judge_order(&rq);
	arena_reset(arena);
	return 0;
}
