/* Writing a document back: only a change makes a new version. */
#include "config.h"

#include "freezer/freezer.h"

#include "base/json.h"

bool document_save(struct req *rq, enum kind kind, struct document *doc)
{
	struct json_object *before;
	struct json_error error;

	if (json_parse_stored(rq->arena, doc->text, doc->len, &before, &error) &&
	    json_same(before, doc->json))
		return true;
	return doc_update(rq, kind, doc->project_id, doc->id, json_text(rq->arena, doc->json),
			  &doc->version);
}
