/* A job's events: what an operator asks the job's scheduler to do. */
#include "config.h"

#include "freezer/freezer.h"
#include "freezer/job_int.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "store/queries.h"
#include "store/doc.h"
#include "store/store.h"

static const struct field no_fields[] = { { 0 } };

/* The name of its first member is all that counts. */
const struct shape job_event_shape = {
	.fields = no_fields,
	.sample = "{\"start\": null}"
};

/* Only a start makes the job anew: a finished one must show up in its scheduler's poll again. */
static const struct event {
	const char *name;
	const char *sets;
} events[] = {
	{ "start", "{\"event\": \"start\", \"status\": \"\", \"result\": \"\"}" },
	{ "stop", "{\"event\": \"stop\"}" },
	{ "abort", "{\"event\": \"abort\"}" },
};

static const struct event *event_named(const char *name)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (strcmp(events[i].name, name) == 0)
			return &events[i];
	}
	return NULL;
}

static const char *first_key(struct json_object *body)
{
	struct json_object_iterator first = json_object_iter_begin(body);
	struct json_object_iterator end = json_object_iter_end(body);

	return json_object_iter_equal(&first, &end) ? NULL : json_object_iter_peek_name(&first);
}

/*
 * Decided and written by one statement, by the stored event alone: nothing of the job is checked
 * again, so a job can be stopped whatever became of its client (freezer-v1-v2 4.3, D14).
 */
bool job_event(struct req *rq)
{
	const char *id = req_word(rq, "job_id");
	const char *name = first_key(rq->body);

	if (name == NULL)
		return problem(rq, 400, "an event request names an event: start, stop or abort");
	const struct event *event = event_named(name);
	if (event == NULL)
		return problem(rq, 400, "event '%.64s' is not one of start, stop, abort", name);
	struct rows *rows = STORE_ASK(rq, &sql_job_event, req_project(rq), id, event->name,
				      event->sets, req_owner(rq));
	if (rows == NULL)
		return false;
	if (rows_count(rows) == 0)
		return doc_missing(rq, KIND_JOBS, id);
	if (!rows_bool(rows, 0, "requested"))
		return reply_json(rq, 202, "{\"result\": \"success\"}");
	return reply_json(rq, 202, arena_printf(rq->arena, "{\"result\": \"%s already requested\"}",
						event->name));
}
