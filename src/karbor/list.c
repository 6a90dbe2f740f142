/* A page of documents of the Data Protection API (spec data-protection-v1 2.9 to 2.11). */
#include "config.h"

#include "karbor/karbor.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "identity/identity.h"
#include "schema/schema.h"
#include "store/queries.h"
#include "store/store.h"

#define OFFSET_MAX INT32_MAX
#define SORTS_MAX 6

/* One column of the order. */
struct sort {
	const char *column;
	bool is_rising;
};

/* A page as a request asks for it. */
struct page {
	const struct list *list;
	const char *project;             /* NULL: every project */
	int64_t limit;
	int64_t offset;
	const char *marker;              /* columns of the document before it, JSON, or NULL */
	struct json_object *equal;       /* members that documents must have, or NULL */
	struct json_object *pieces;      /* texts that members must hold, or NULL */
	struct sort sorts[SORTS_MAX];
	size_t sort_count;
	struct page_end end;
};

/* ---- which documents ------------------------------------------------------------------------ */

/* "true", "false", or NULL for a word that is neither (spec 2.8 BOOLSTR). */
static const char *truth_of(const char *word)
{
	static const char *const words[][2] = {
		{ "true", "false" }, { "yes", "no" }, { "y", "n" }, { "1", "0" },
	};

	for (size_t n = 0; n < sizeof(words) / sizeof(words[0]); n++) {
		if (strcasecmp(word, words[n][0]) == 0)
			return "true";
		if (strcasecmp(word, words[n][1]) == 0)
			return "false";
	}
	return NULL;
}

/* Administrators may look at every project, or at one of them. */
static bool project_read(struct req *rq, struct page *page)
{
	const char *all = req_parameter(rq, "all_tenants");

	page->project = req_project(rq);
	if (all == NULL || all[0] == '\0' ||
	    (!rq->is_privileged && !page->list->reads_all_tenants))
		return true;
	const char *truth = truth_of(all);
	if (truth == NULL)
		return problem(rq, 400, "all_tenants must be true or false");
	if (strcmp(truth, "true") == 0 && rq->is_privileged)
		page->project = req_parameter(rq, "project_id");
	return true;
}

/* {"a": {"b": text}} for the member "a.b". */
static void member_set(struct arena *arena, struct json_object *object, const char *member,
		       const char *text)
{
	const char *dot = strchr(member, '.');

	if (dot == NULL) {
		json_object_object_add(object, member, json_object_new_string(text));
		return;
	}
	struct json_object *inner = json_object_new_object();
	json_object_object_add(inner, dot + 1, json_object_new_string(text));
	json_object_object_add(object, arena_strndup(arena, member, (size_t)(dot - member)), inner);
}

static void filters_read(struct req *rq, struct page *page, struct json_object *also)
{
	const struct filter *filter = page->list->filters;

	page->equal = also != NULL ? also : json_own(rq->arena, json_object_new_object());
	page->pieces = json_own(rq->arena, json_object_new_object());
	for (; filter->parameter != NULL; filter++) {
		const char *value = req_parameter(rq, filter->parameter);
		if (value == NULL || value[0] == '\0' ||
		    (filter->is_privileged && !rq->is_privileged))
			continue;
		member_set(rq->arena, filter->is_piece ? page->pieces : page->equal,
			   filter->member == NULL ? filter->parameter : filter->member,
			   filter->meaning == NULL ? value : filter->meaning(value));
	}
}

/* ---- in which order ------------------------------------------------------------------------- */

/* The columns that a page may be ordered by, as literals: what a client sends only chooses. */
static const char *column_of(const struct list *list, const char *key, size_t len)
{
	static const char *const all[] = { "id", "created_at", "updated_at", "name", "status" };
	size_t n = 0;

	while (n < sizeof(all) / sizeof(all[0]) &&
	       (strlen(all[n]) != len || strncmp(all[n], key, len) != 0))
		n++;
	if (n < 3)
		return all[n];
	if (n == sizeof(all) / sizeof(all[0]))
		return NULL;
	for (const char *const *own = list->sort_keys; *own != NULL; own++) {
		if (strcmp(*own, all[n]) == 0)
			return all[n];
	}
	return NULL;
}

static bool sort_has(const struct page *page, const char *column)
{
	for (size_t n = 0; n < page->sort_count; n++) {
		if (strcmp(page->sorts[n].column, column) == 0)
			return true;
	}
	return false;
}

/* A column that is there already orders nothing more. */
static void sort_add(struct page *page, const char *column, bool is_rising)
{
	if (!sort_has(page, column))
		page->sorts[page->sort_count++] = (struct sort){ column, is_rising };
}

static bool direction_read(struct req *rq, const char *text, size_t len, bool *is_rising)
{
	*is_rising = len == 3 && strncmp(text, "asc", len) == 0;
	if (*is_rising || len == 0 || (len == 4 && strncmp(text, "desc", len) == 0))
		return true;
	return problem(rq, 400, "a direction of the sort must be asc or desc");
}

/* "key", "key:asc" or "key:desc". */
static bool sort_read(struct req *rq, struct page *page, const char *text, size_t len)
{
	size_t key = strcspn(text, ":,");
	const char *direction = key < len ? text + key + 1 : text + len;
	bool is_rising;

	const char *column = column_of(page->list, text, key);
	if (column == NULL)
		return problem(rq, 400, "the %s can't be sorted by '%.*s'", page->list->items,
			       key > 64 ? 64 : (int)key, text);
	if (!direction_read(rq, direction, (size_t)(text + len - direction), &is_rising))
		return false;
	sort_add(page, column, is_rising);
	return true;
}

static bool sorts_read(struct req *rq, struct page *page)
{
	const char *sort = req_parameter(rq, "sort");
	const char *key = req_parameter(rq, "sort_key");
	const char *direction = req_parameter(rq, "sort_dir");

	if (sort != NULL && (key != NULL || direction != NULL))
		return problem(rq, 400, "use either sort, or sort_key and sort_dir");
	if (sort == NULL && (key != NULL || direction != NULL))
		sort = arena_printf(rq->arena, "%s:%s", key == NULL ? "created_at" : key,
				    direction == NULL ? "" : direction);
	while (sort != NULL && sort[0] != '\0') {
		size_t len = strcspn(sort, ",");
		if (!sort_read(rq, page, sort, len))
			return false;
		sort += len + (sort[len] == ',');
	}
	bool is_rising = page->sort_count > 0 && page->sorts[0].is_rising;
	sort_add(page, "created_at", is_rising);
	sort_add(page, "id", is_rising);
	return true;
}

static const char *order_text(struct req *rq, const struct page *page)
{
	struct text out = { .arena = rq->arena };

	for (size_t n = 0; n < page->sort_count; n++)
		text_printf(&out, "%s%s %s", n == 0 ? "" : ", ", page->sorts[n].column,
			    page->sorts[n].is_rising ? "asc" : "desc");
	return out.data;
}

/* The marker's value of a column. */
static void marker_column_add(struct text *out, const char *column)
{
	bool is_time = strcmp(column, "created_at") == 0 || strcmp(column, "updated_at") == 0;

	text_printf(out, "($6::jsonb->>'%s')%s", column, is_time ? "::timestamptz" : "");
}

static bool is_one_way(const struct page *page)
{
	for (size_t n = 1; n < page->sort_count; n++) {
		if (page->sorts[n].is_rising != page->sorts[0].is_rising)
			return false;
	}
	return true;
}

/* All columns one way: a comparison of rows, which an index answers. */
static void after_row_add(struct text *out, const struct page *page)
{
	for (size_t n = 0; n < page->sort_count; n++)
		text_printf(out, "%s%s", n == 0 ? "(" : ", ", page->sorts[n].column);
	text_puts(out, page->sorts[0].is_rising ? ") > (" : ") < (");
	for (size_t n = 0; n < page->sort_count; n++) {
		text_puts(out, n == 0 ? "" : ", ");
		marker_column_add(out, page->sorts[n].column);
	}
	text_puts(out, ")");
}

/* Further in the first column, or equal there and further in the second, and so on. */
static void after_columns_add(struct text *out, const struct page *page)
{
	text_puts(out, "(");
	for (size_t n = 0; n < page->sort_count; n++) {
		text_puts(out, n == 0 ? "" : " or ");
		for (size_t before = 0; before <= n; before++) {
			const struct sort *sort = &page->sorts[before];
			text_printf(out, "%s%s %s ", before == 0 ? "" : " and ", sort->column,
				    before < n ? "=" : sort->is_rising ? ">" : "<");
			marker_column_add(out, sort->column);
		}
	}
	text_puts(out, ")");
}

static const char *after_text(struct req *rq, const struct page *page)
{
	struct text out = { .arena = rq->arena };

	if (is_one_way(page))
		after_row_add(&out, page);
	else
		after_columns_add(&out, page);
	return out.data;
}

/* The question with its order filled in. */
static const struct query *question_make(struct req *rq, const struct page *page)
{
	const struct query *form = page->list->question != NULL ? page->list->question :
				   &sql_page_list[page->list->kind];
	struct query *query = arena_alloc(rq->arena, sizeof(*query));
	const char *after = strstr(form->text, "@after@");
	const char *order = strstr(form->text, "@order@");

	query->name = form->name;
	query->text = arena_printf(rq->arena, "%.*s%s%.*s%s%s",
				   (int)(after - form->text), form->text, after_text(rq, page),
				   (int)(order - after - 7), after + 7, order_text(rq, page),
				   order + 7);
	return query;
}

/* ---- which part ----------------------------------------------------------------------------- */

static bool number_read(struct req *rq, const char *name, int64_t least, int64_t most, int64_t *to)
{
	const char *text = req_parameter(rq, name);

	if (text == NULL)
		return true;
	if (!text_to_int64(text, to) || *to < least || *to > most)
		return problem(rq, 400, "%s must be a whole number from %" PRId64, name, least);
	return true;
}

static bool marker_read(struct req *rq, struct page *page)
{
	const char *marker = req_parameter(rq, "marker");
	char id[UUID_DASHED_SIZE];

	if (marker == NULL || marker[0] == '\0')
		return true;
	if (!uuid_canonical(marker, id))
		return problem(rq, 400, "marker is not a UUID");
	struct rows *rows = STORE_ASK(rq, &sql_page_marker[page->list->kind], page->project, id);
	if (rows == NULL)
		return false;
	if (rows_count(rows) == 0)
		return problem(rq, 404, "marker names none of the %s in this list",
			       page->list->items);
	page->marker = rows_text(rows, 0, "columns");
	return true;
}

/* A whole number that is larger than any we can hold. */
static bool is_beyond_count(const char *text)
{
	int64_t number;

	if (text == NULL || text_to_int64(text, &number))
		return false;
	text += text[0] == '+';
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static bool limit_read(struct req *rq, int64_t most, int64_t *limit)
{
	*limit = most;
	return is_beyond_count(req_parameter(rq, "limit")) ||
	       number_read(rq, "limit", 1, INT64_MAX, limit);
}

bool karbor_part(struct req *rq, int64_t *limit, int64_t *offset)
{
	int64_t most = list_limit_max();

	*offset = 0;
	if (!limit_read(rq, most, limit) || !number_read(rq, "offset", 0, OFFSET_MAX, offset))
		return false;
	if (*limit > most)
		*limit = most;
	return true;
}

/* ---- the link to the next page -------------------------------------------------------------- */

static bool is_parameter(const char *pair, const char *name)
{
	size_t len = strlen(name);
	return strncmp(pair, name, len) == 0 && strchr("=&", pair[len]) != NULL;
}

/* The request's parameters without those that say where a page starts. */
static const char *query_without_start(struct req *rq)
{
	struct text out = { .arena = rq->arena };

	text_puts(&out, "");
	for (const char *at = rq->query; *at != '\0'; ) {
		size_t len = strcspn(at, "&");
		if (len > 0 && !is_parameter(at, "marker") && !is_parameter(at, "offset")) {
			text_add(&out, at, len);
			text_puts(&out, "&");
		}
		at += len + (at[len] == '&');
	}
	return out.data == NULL ? "" : out.data;
}

const char *karbor_next_url(struct req *rq, const char *last)
{
	return arena_printf(rq->arena, "%s%s%s?%smarker=%s", public_url(rq), rq->mount, rq->path,
			    query_without_start(rq), last);
}

const char *karbor_page_tail(struct req *rq, const char *items, const char *last)
{
	struct text out = { .arena = rq->arena };

	text_printf(&out, "], \"%s_links\": [{\"rel\": \"next\", \"href\": ", items);
	text_json_string(&out, karbor_next_url(rq, last));
	text_puts(&out, "}]}");
	return out.data;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static const char *object_text(struct req *rq, struct json_object *object)
{
	return json_object_object_length(object) == 0 ? NULL : json_text(rq->arena, object);
}

static bool page_ask(struct req *rq, struct page *page)
{
	const char *const params[] = {
		page->project,
		arena_printf(rq->arena, "%" PRId64, page->limit + 1),
		arena_printf(rq->arena, "%" PRId64, page->offset),
		object_text(rq, page->equal), object_text(rq, page->pieces), page->marker,
	};

	page->end = (struct page_end){ page->limit, karbor_page_tail };
	return store_reply_page(rq, page->list->items, question_make(rq, page), params, 6,
				&page->end);
}

/* By time of creation, and by equal members, an index answers. */
static bool page_begin(struct req *rq, const struct page *page)
{
	bool is_wide = json_object_object_length(page->pieces) > 0 ||
		       strcmp(page->sorts[0].column, "created_at") != 0 ||
		       page->offset > LIST_OFFSET_NEAR;

	return !is_wide || list_wide_begin(rq);
}

bool karbor_list(struct req *rq, const struct list *list, struct json_object *also)
{
	struct page *page = arena_alloc(rq->arena, sizeof(*page));

	page->list = list;
	filters_read(rq, page, also);
	return project_read(rq, page) && sorts_read(rq, page) &&
	       karbor_part(rq, &page->limit, &page->offset) && page_begin(rq, page) &&
	       marker_read(rq, page) && page_ask(rq, page);
}
