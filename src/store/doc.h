/* Documents of any kind: read, written, deleted, listed and searched. */
#ifndef PERMAFROST_STORE_DOC_H
#define PERMAFROST_STORE_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/req.h"

struct json_object;

/* The kinds of resource, one table each: sql/kinds lists them in this order. */
enum kind { KIND_BACKUPS, KIND_CLIENTS, KIND_JOBS, KIND_ACTIONS, KIND_SESSIONS,
	    KIND_PLANS, KIND_TRIGGERS, KIND_SCHEDULED_OPERATIONS, KIND_CHECKPOINTS, KIND_RESTORES,
	    KIND_VERIFICATIONS, KIND_OPERATION_LOGS, KIND_COUNT };

/* ---- doc.c: documents of any kind ----------------------------------------------------------- */

/* A stored document. */
struct document {
	const char *id;
	const char *project_id;
	const char *user_id;
	int64_t version;
	const char *text;             /* the doc column, JSON */
	size_t len;
	struct json_object *json;     /* parsed by doc_lock(); else NULL */
};

/* Read one document of the scope: *found tells whether there is one. False: a problem is set. */
bool doc_read(struct req *rq, enum kind kind, struct scope scope, const char *id,
	      struct document *doc, bool *found);

/* The same, parsed, and locked against other writers until the transaction ends. */
bool doc_lock(struct req *rq, enum kind kind, struct scope scope, const char *id,
	      struct document *doc, bool *found);

/* Parse the text of a document into its json. False with a 500 problem set. */
bool doc_parse(struct req *rq, enum kind kind, struct document *doc);

/* Insert; a taken id is a 409 problem that names it. `doc` is JSON text. */
bool doc_insert(struct req *rq, enum kind kind, const char *project, const char *id,
		const char *user_id, const char *doc);

/* Write back a locked document; *version becomes the new one. */
bool doc_update(struct req *rq, enum kind kind, const char *project, const char *id,
		const char *doc, int64_t *version);

/* Delete; *found tells whether there was one. */
bool doc_delete(struct req *rq, enum kind kind, struct scope scope, const char *id, bool *found);

/* Reply 200 with the document, with "_version" in front when `with_version`. True. */
bool doc_reply(struct req *rq, const struct document *doc, bool with_version);

/* Reply with one document as the request's API version shows it; 404 when it is not in the
 * request's scope. False with a problem set. */
bool doc_show(struct req *rq, enum kind kind, const char *id);

/* The usual answer to a DELETE: 204, also for an unknown id; in Freezer v1 that is 404
 * (spec freezer-v1-v2 2.11). */
bool doc_reply_deleted(struct req *rq, enum kind kind, const char *id, bool found);

/* The usual refusal of an unknown id: 404 naming kind and id. False. */
bool doc_missing(struct req *rq, enum kind kind, const char *id);
#ifdef __clang_analyzer__   /* it reads file by file and can't see that this returns false */
#define doc_missing(...) ((void)doc_missing(__VA_ARGS__), false)
#endif

/* ---- list.c: lists and searches ------------------------------------------------------------- */

/*
 * Answer a list request with documents of the scope: limit, offset and marker from the query
 * string, match, match_not, time bounds and _all from rq->body (spec freezer-v1-v2 2.9, 3.5).
 * False with a problem set.
 */
bool list_reply(struct req *rq, enum kind kind, struct scope scope);

/* Which part of a list a request asks for. */
struct list_part {
	int64_t limit;
	int64_t offset;
	const char *marker;       /* what to start after; NULL: from the start */
	const char *marker_name;  /* the parameter it came in */
};

/* Read limit, offset and marker from the query string. False with a 400 problem. */
bool list_part_read(struct req *rq, struct list_part *part);

#define LIST_OFFSET_NEAR 10000   /* rows that are skipped for next to nothing */

/*
 * What is asked next may come to reading every document of a project. Of such requests so many of
 * the caller's project run at one time; this one counts until it ends. False with a 429 problem
 * when there is no place left.
 */
bool list_wide_begin(struct req *rq);

/* The largest page; a larger `limit` means this one. */
void list_configure(int64_t limit_max);
int64_t list_limit_max(void);

#endif
