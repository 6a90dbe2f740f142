/* What the resources share: writing a document back, and whose documents are asked for. */
#include "config.h"

#include "freezer/freezer.h"

#include <strings.h>

#include "base/json.h"

/* Only a change makes a new version. */
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

static bool parameter_is(const char *value, const char *const *spellings)
{
	for (; *spellings != NULL; spellings++) {
		if (strcasecmp(value, *spellings) == 0)
			return true;
	}
	return false;
}

/* all_projects, as the clients spell it (freezer-v1-v2 2.10). */
static bool every_project_asked(struct req *rq, bool *asked)
{
	static const char *const yes[] = { "true", "t", "yes", "y", "1", "on", NULL };
	static const char *const no[] = { "", "false", "f", "no", "n", "0", "off", NULL };
	const char *value = req_parameter(rq, "all_projects");

	*asked = value != NULL && parameter_is(value, yes);
	if (value == NULL || *asked || parameter_is(value, no))
		return true;
	return problem_titled(rq, 400, "Invalid parameter", "all_projects is true or false");
}

/* Who asks for every project without the right to gets their own. */
bool scope_asked(struct req *rq, struct scope *scope)
{
	bool every_project;

	*scope = req_scope(rq);
	if (!every_project_asked(rq, &every_project))
		return false;
	if (every_project && rq->is_privileged && scope->owner == NULL)
		scope->project = NULL;
	return true;
}
