/* Documents of any kind: read, lock, insert, update, delete. */
#include "config.h"

#include "store/doc.h"
#include "store/store.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "store/queries.h"

static const char *const kind_names[KIND_COUNT] = {
	[KIND_BACKUPS] = "backup", [KIND_CLIENTS] = "client", [KIND_JOBS] = "job",
	[KIND_ACTIONS] = "action", [KIND_SESSIONS] = "session",
	[KIND_PLANS] = "plan", [KIND_TRIGGERS] = "trigger",
	[KIND_SCHEDULED_OPERATIONS] = "scheduled operation",
	[KIND_CHECKPOINTS] = "checkpoint", [KIND_RESTORES] = "restore",
	[KIND_VERIFICATIONS] = "verification", [KIND_OPERATION_LOGS] = "operation log",
};

static bool doc_fetch(struct req *rq, const struct query *query, struct scope scope,
		      const char *id, struct document *doc, bool *found)
{
	struct rows *rows = STORE_ASK(rq, query, scope.project, id, scope.owner);
	if (rows == NULL)
		return false;
	*found = rows_count(rows) > 0;
	*doc = (struct document){ 0 };
	if (!*found)
		return true;
	doc->project_id = rows_text(rows, 0, "project_id");
	doc->id = rows_text(rows, 0, "id");
	doc->user_id = rows_text(rows, 0, "user_id");
	doc->version = rows_int(rows, 0, "version");
	doc->text = rows_text(rows, 0, "doc");
	doc->len = rows_length(rows, 0, "doc");
	return true;
}

bool doc_read(struct req *rq, enum kind kind, struct scope scope, const char *id,
	      struct document *doc, bool *found)
{
	return doc_fetch(rq, &sql_doc_read[kind], scope, id, doc, found);
}

/* What PostgreSQL holds as jsonb always parses, short of our own limits, which a DBA may pass. */
bool doc_parse(struct req *rq, enum kind kind, struct document *doc)
{
	struct json_error error;

	if (json_parse_stored(rq->arena, doc->text, doc->len, &doc->json, &error))
		return true;
	log_error("%s %s can't be changed: %s", kind_names[kind], doc->id, error.reason);
	return problem_titled(rq, 500, "Internal Storage Error",
			      "%s %s can't be changed: %s", kind_names[kind], doc->id,
			      error.reason);
}

bool doc_lock(struct req *rq, enum kind kind, struct scope scope, const char *id,
	      struct document *doc, bool *found)
{
	if (!doc_fetch(rq, &sql_doc_lock[kind], scope, id, doc, found))
		return false;
	return !*found || doc_parse(rq, kind, doc);
}

bool doc_insert(struct req *rq, enum kind kind, const char *project, const char *id,
		const char *user_id, const char *doc)
{
	struct rows *rows = STORE_ASK(rq, &sql_doc_insert[kind], project, id, user_id, doc);
	if (rows == NULL)
		return false;
	if (rows_count(rows) == 0)
		return problem(rq, 409, "%s %s exists already", kind_names[kind], id);
	return true;
}

bool doc_update(struct req *rq, enum kind kind, const char *project, const char *id,
		const char *doc, int64_t *version)
{
	struct rows *rows = STORE_ASK(rq, &sql_doc_update[kind], project, id, doc);
	if (rows == NULL)
		return false;
	if (rows_count(rows) == 0)
		return doc_missing(rq, kind, id);
	*version = rows_int(rows, 0, "version");
	return true;
}

bool doc_delete(struct req *rq, enum kind kind, struct scope scope, const char *id, bool *found)
{
	struct rows *rows = STORE_ASK(rq, &sql_doc_delete[kind], scope.project, id, scope.owner);
	if (rows == NULL)
		return false;
	*found = rows_touched(rows) > 0;
	return true;
}

bool doc_reply(struct req *rq, const struct document *doc, bool with_version)
{
	rq->reply.status = 200;
	rq->reply.text = doc->text;
	rq->reply.len = doc->len;
	if (with_version && doc->len > 0 && doc->text[0] == '{') {
		rq->reply.head = arena_printf(rq->arena, "{\"_version\": %lld, ",
					      (long long)doc->version);
		rq->reply.text++;
		rq->reply.len--;
	}
	return true;
}

static struct rows *shown_find(struct req *rq, enum kind kind, const char *id)
{
	if (kind == KIND_CLIENTS && req_owner(rq) == NULL)
		return STORE_ASK(rq, &sql_client_show, req_project(rq), id);
	return STORE_ASK(rq, &sql_doc_show[kind], req_project(rq), id, req_owner(rq),
			 rq->is_privileged ? "true" : "false");
}

bool doc_show(struct req *rq, enum kind kind, const char *id)
{
	struct rows *rows = shown_find(rq, kind, id);
	if (rows == NULL)
		return false;
	if (rows_count(rows) == 0)
		return doc_missing(rq, kind, id);
	const struct document doc = {
		.version = rows_int(rows, 0, "version"),
		.text = rows_text(rows, 0, "doc"), .len = rows_length(rows, 0, "doc"),
	};
	return doc_reply(rq, &doc, kind != KIND_CLIENTS);
}

bool doc_reply_deleted(struct req *rq, enum kind kind, const char *id, bool found)
{
	if (!found && req_is_v1(rq))
		return doc_missing(rq, kind, id);
	return reply_empty(rq, 204);
}

bool (doc_missing)(struct req *rq, enum kind kind, const char *id)
{
	return problem(rq, 404, "no %s with id %s", kind_names[kind], id);
}
