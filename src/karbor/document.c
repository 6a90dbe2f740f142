/* One document of the Data Protection API: found, locked, inserted, written back, replied. */
#include "config.h"

#include "karbor/karbor.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "schema/schema.h"
#include "store/queries.h"
#include "store/store.h"

const char *karbor_id(struct req *rq, const char *name)
{
	char *id = arena_alloc(rq->arena, UUID_DASHED_SIZE);

	if (uuid_canonical(req_word(rq, name), id))
		return id;
	problem(rq, 400, "%s in the path is not a UUID", name);
	return NULL;
}

const char *karbor_scope(const struct req *rq)
{
	return rq->is_privileged ? NULL : req_project(rq);
}

static bool document_take(struct req *rq, enum kind kind, const struct query *query,
			  const char *project, const char *id, struct document *doc)
{
	struct rows *rows = STORE_ASK(rq, query, project, id);

	if (rows == NULL)
		return false;
	if (rows_count(rows) == 0)
		return doc_missing(rq, kind, id);
	*doc = (struct document){
		.project_id = rows_text(rows, 0, "project_id"), .id = rows_text(rows, 0, "id"),
		.user_id = rows_text(rows, 0, "user_id"), .version = rows_int(rows, 0, "version"),
		.text = rows_text(rows, 0, "doc"), .len = rows_length(rows, 0, "doc"),
	};
	return true;
}

bool karbor_find(struct req *rq, enum kind kind, const char *id, struct document *doc)
{
	return document_take(rq, kind, &sql_page_find[kind], karbor_scope(rq), id, doc);
}

bool karbor_lock(struct req *rq, enum kind kind, const char *id, struct document *doc)
{
	return document_take(rq, kind, &sql_page_lock[kind], karbor_scope(rq), id, doc) &&
	       doc_parse(rq, kind, doc);
}

bool karbor_hold(struct req *rq, enum kind kind, const char *id, struct document *doc)
{
	return document_take(rq, kind, &sql_page_share[kind], req_project(rq), id, doc) &&
	       doc_parse(rq, kind, doc);
}

bool karbor_share(struct req *rq, enum kind kind, const char *id, struct document *doc)
{
	return document_take(rq, kind, &sql_page_share[kind], karbor_scope(rq), id, doc) &&
	       doc_parse(rq, kind, doc);
}

bool karbor_insert(struct req *rq, enum kind kind, const char *id, struct json_object *doc)
{
	return doc_insert(rq, kind, req_project(rq), id, rq->caller.user_id,
			  json_text(rq->arena, doc));
}

bool karbor_save(struct req *rq, enum kind kind, struct document *doc)
{
	doc->text = json_text(rq->arena, doc->json);
	doc->len = strlen(doc->text);
	return doc_update(rq, kind, doc->project_id, doc->id, doc->text, &doc->version);
}

bool karbor_reply(struct req *rq, const char *wrapper, const char *text, size_t len)
{
	rq->reply.status = 200;
	rq->reply.head = arena_printf(rq->arena, "{\"%s\": ", wrapper);
	rq->reply.text = text;
	rq->reply.len = len;
	rq->reply.tail = "}";
	return true;
}

bool karbor_show(struct req *rq, enum kind kind, const char *word, const char *wrapper)
{
	const char *id = karbor_id(rq, word);
	struct document doc;

	return id != NULL && karbor_find(rq, kind, id, &doc) &&
	       karbor_reply(rq, wrapper, doc.text, doc.len);
}

bool karbor_reply_nothing(struct req *rq)
{
	return reply_json(rq, 200, "");
}

bool karbor_whole_number(struct json_object *value, int64_t *number)
{
	if (json_object_is_type(value, json_type_string))
		return text_to_int64(json_object_get_string(value), number);
	*number = json_object_get_int64(value);
	return json_object_is_type(value, json_type_int);
}

/* ---- shapes --------------------------------------------------------------------------------- */

static const struct field no_fields[] = { { 0 } };

static const struct map meta_map = {
	.value = { .kinds = BOOLEAN | STRING | INTEGER },
	.key_format = format_map_key, .key_text = KARBOR_KEY_TEXT,
};
const struct shape karbor_meta = { .fields = no_fields, .map = &meta_map };

static const struct map params_map = {
	.value = { .kinds = OBJECT, .shape = &karbor_meta },
	.key_format = format_map_key, .key_text = KARBOR_KEY_TEXT,
};
const struct shape karbor_params = { .fields = no_fields, .map = &params_map };
