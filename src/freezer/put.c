/* Create or replace: one answer, whoever else creates or deletes the same document meanwhile. */
#include "config.h"

#include "freezer/freezer.h"
#include "freezer/job_int.h"

#include <string.h>

#include "schema/schema.h"
#include "store/queries.h"
#include "store/store.h"

#define ID_LENGTH_MAX 255
#define TRIES_MAX 3   /* that many times it may be deleted between our two questions */

bool new_id_check(struct req *rq, const char *name)
{
	const char *id = req_word(rq, name);

	if (format_word(id) && strlen(id) <= ID_LENGTH_MAX)
		return true;
	return problem(rq, 400, "%s must be 1 to %d letters, digits, '_' or '-'", name,
		       ID_LENGTH_MAX);
}

bool document_insert_or_lock(struct req *rq, enum kind kind, const char *id, const char *text,
			     struct document *doc, bool *found)
{
	const char *project = req_project(rq);

	for (int tries = 0; tries < TRIES_MAX; tries++) {
		struct rows *rows = STORE_ASK(rq, &sql_doc_insert[kind], project, id,
					      rq->caller.user_id, text);
		if (rows == NULL)
			return false;
		*found = rows_count(rows) == 0;
		if (!*found)
			return true;
		if (!doc_lock(rq, kind, project, id, doc, found))
			return false;
		if (*found)
			return true;
	}
	return problem(rq, 409, "%s is being deleted and created at this moment", id);
}
