/* Create or replace: one answer, whoever else creates or deletes the same document meanwhile. */
#include "config.h"

#include "freezer/freezer.h"

#include <string.h>

#include "schema/schema.h"
#include "store/queries.h"
#include "store/store.h"

#define TRIES_MAX 3   /* that many times it may be deleted between our two questions */
#define ID_MAX 255

const char *put_id(struct req *rq, const char *name)
{
	const char *id = req_word(rq, name);

	if (format_word(id) && strlen(id) <= ID_MAX)
		return id;
	problem(rq, 400, "%s in the path must be 1 to %d letters, digits, '_' or '-'", name,
		ID_MAX);
	return NULL;
}

bool document_insert_or_lock(struct req *rq, enum kind kind, const char *id, const char *text,
			     struct document *doc, bool *found)
{
	for (int tries = 0; tries < TRIES_MAX; tries++) {
		struct rows *rows = STORE_ASK(rq, &sql_doc_insert[kind], req_project(rq), id,
					      rq->caller.user_id, text);
		if (rows == NULL)
			return false;
		*found = rows_count(rows) == 0;
		if (!*found)
			return true;
		if (!doc_lock(rq, kind, req_scope(rq), id, doc, found))
			return false;
		if (*found)
			return true;
	}
	return problem(rq, 409, "id %s is taken", id);
}
