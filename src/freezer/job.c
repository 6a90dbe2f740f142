/* Freezer jobs: what a client shall run, when, and how it went. */
#include "config.h"

#include "freezer/freezer.h"
#include "freezer/job_int.h"

#include <string.h>

#include "identity/identity.h"
#include "schema/schema.h"
#include "store/queries.h"
#include "store/store.h"

/* ---- what it accepts ------------------------------------------------------------------------ */

static bool format_client_or_none(const char *value)
{
	return value[0] == '\0' || format_client_id(value);
}

static const struct field entry_fields[] = {
	{ .name = "freezer_action", .kinds = OBJECT | NULLABLE, .shape = &action_parameters_shape },
	ACTION_RULE_FIELDS,
	{ 0 }
};
static const struct shape entry_shape = { .fields = entry_fields };

#define WORD(key) \
	{ .name = (key), .kinds = STRING | NULLABLE, .format = format_word_or_empty, \
	  .format_text = "letters, digits, '_' and '-'", .length_max = 255 }

/* Whole documents come back from dashboards and schedulers: what is ours is taken and ignored. */
#define JOB_FIELDS \
	{ .name = "job_schedule", .kinds = OBJECT, .shape = &schedule_shape }, \
	{ .name = "client_id", .kinds = STRING | NULLABLE, .format = format_client_or_none, \
	  .format_text = "a host name, with a prefix of letters, digits, '_' and '-' before it " \
			 "or not", .length_max = 255 }, \
	{ .name = "description", .kinds = STRING | NULLABLE, .length_max = 4096 }, \
	WORD("job_id"), \
	WORD("session_id"), \
	{ .name = "session_tag", .kinds = INTEGER }, \
	{ .name = "session_name", .kinds = STRING | NULLABLE, .length_max = 4096 }, \
	{ .name = "user_id", .kinds = STRING | NULLABLE }, \
	{ .name = "project_id", .kinds = STRING | NULLABLE }, \
	{ .name = "_version", .kinds = INTEGER | NULLABLE }, \
	{ .name = "action_defaults", .kinds = OBJECT, .shape = &action_parameters_shape }, \
	{ .name = "user_credentials", .kinds = ANY }

static const struct field job_fields[] = {
	{ .name = "job_actions", .kinds = ARRAY, .flags = REQUIRED, .shape = &entry_shape },
	JOB_FIELDS,
	{ 0 }
};
static const struct shape job_shape = {
	.fields = job_fields, .closed = true,
	.sample = "{\"description\": \"etc, nightly\", \"client_id\": \"node1\", "
		  "\"job_schedule\": {\"schedule_interval\": \"1 days\"}, "
		  "\"job_actions\": [{\"freezer_action\": {\"action\": \"backup\", "
		  "\"mode\": \"fs\", \"storage\": \"local\", \"backup_name\": \"etc\", "
		  "\"path_to_backup\": \"/etc\", \"container\": \"/srv/backups\"}, "
		  "\"max_retries\": 3}]}"
};

static const struct field patch_fields[] = {
	{ .name = "job_actions", .kinds = ARRAY, .shape = &entry_shape },
	JOB_FIELDS,
	{ 0 }
};
static const struct shape patch_shape = {
	.fields = patch_fields, .closed = true,
	.sample = "{\"description\": \"etc, hourly\", \"job_schedule\": "
		  "{\"schedule_interval\": \"1 hours\"}}"
};

/* v1 takes one bare freezer_action instead of a list (freezer-v1-v2 4.3, job_action). */
static const struct field job_v1_fields[] = {
	{ .name = "job_actions", .kinds = ARRAY, .shape = &entry_shape },
	{ .name = "job_action", .kinds = OBJECT, .shape = &action_parameters_shape },
	JOB_FIELDS,
	{ 0 }
};
static const struct shape job_v1_shape = {
	.fields = job_v1_fields, .closed = true,
	.sample = "{\"description\": \"etc, nightly\", \"client_id\": \"node1\", "
		  "\"job_schedule\": {\"schedule_hour\": \"03\"}, \"job_action\": "
		  "{\"action\": \"backup\", \"mode\": \"fs\", \"storage\": \"local\", "
		  "\"backup_name\": \"etc\", \"path_to_backup\": \"/etc\", "
		  "\"container\": \"/srv/backups\"}}"
};

/* ---- deleting ------------------------------------------------------------------------------- */

/* The session a job says it is in, read without a lock; "" for none. */
static bool session_of_job(struct req *rq, const char *id, const char **session)
{
	struct rows *rows = STORE_ASK(rq, &sql_job_session, req_project(rq), id,
				      req_owner(rq));

	if (rows == NULL)
		return false;
	*session = rows_count(rows) > 0 ? rows_text(rows, 0, "session_id") : "";
	return true;
}

static bool session_forget(struct req *rq, const char *session, const char *id)
{
	return session[0] == '\0' || session_forget_job(rq, req_project(rq), session, id);
}

/*
 * The session is locked before the job. If the job moved in between, it leaves that session too:
 * out of order, which PostgreSQL notices if it matters, and the request is run again.
 */
static bool job_delete(struct req *rq)
{
	const char *id = req_word(rq, "job_id");
	const char *session;

	if (!session_of_job(rq, id, &session) || !session_forget(rq, session, id))
		return false;
	struct rows *rows = STORE_ASK(rq, &sql_job_delete, req_project(rq), id,
				      req_owner(rq));
	if (rows == NULL)
		return false;
	const char *last = rows_count(rows) > 0 ? rows_text(rows, 0, "session_id") : "";
	const char *trust = rows_count(rows) > 0 ? rows_text(rows, 0, "trust_id") : NULL;
	if (strcmp(last, session) != 0 && !session_forget(rq, last, id))
		return false;
	if (trust != NULL && !identity_trust_release(rq, req_project(rq), trust))
		return false;
	return doc_reply_deleted(rq, KIND_JOBS, id, rows_count(rows) > 0);
}

/* ---- showing -------------------------------------------------------------------------------- */

static bool job_list(struct req *rq)
{
	struct scope scope;

	if (!scope_asked(rq, &scope) || !list_reply(rq, KIND_JOBS, scope))
		return false;
	sighting_note(rq);
	return true;
}

static bool job_show(struct req *rq)
{
	const char *id = req_word(rq, "job_id");

	struct rows *rows = STORE_ASK(rq, &sql_job_show, req_project(rq), id, req_owner(rq),
				      rq->is_privileged ? "true" : "false");
	if (rows == NULL)
		return false;
	if (rows_count(rows) == 0)
		return doc_missing(rq, KIND_JOBS, id);
	const struct document doc = {
		.id = id, .version = rows_int(rows, 0, "version"),
		.text = rows_text(rows, 0, "doc"), .len = rows_length(rows, 0, "doc"),
	};
	return doc_reply(rq, &doc, true);
}

/* ---- how it is reached ---------------------------------------------------------------------- */

static const struct route job_routes[] = {
	{ METHOD_GET, "/jobs", "jobs:get_all", job_list, NULL, SEARCHES, 200 },
	{ METHOD_POST, "/jobs", "jobs:create", job_create, &job_shape,
	  ONLY_V2 | OWN_TRANSACTION, 201 },
	{ METHOD_POST, "/jobs", "jobs:create", job_create, &job_v1_shape,
	  ONLY_V1 | OWN_TRANSACTION, 201 },
	{ METHOD_GET, "/jobs/{job_id}", "jobs:get", job_show, NULL, 0, 200 },
	{ METHOD_POST, "/jobs/{job_id}", "jobs:create", job_put, &job_shape,
	  ONLY_V2 | OWN_TRANSACTION, 201 },
	{ METHOD_POST, "/jobs/{job_id}", "jobs:create", job_put, &job_v1_shape,
	  ONLY_V1 | OWN_TRANSACTION, 201 },
	{ METHOD_PUT, "/jobs/{job_id}", "jobs:create", job_put, &job_shape,
	  ONLY_V2 | OWN_TRANSACTION, 201 },
	{ METHOD_PATCH, "/jobs/{job_id}", "jobs:update", job_patch, &patch_shape,
	  BODY_OPTIONAL | ONLY_V2 | OWN_TRANSACTION, 200 },
	{ METHOD_PATCH, "/jobs/{job_id}", "jobs:update", job_patch, &job_v1_shape,
	  BODY_OPTIONAL | ONLY_V1 | OWN_TRANSACTION, 200 },
	{ METHOD_DELETE, "/jobs/{job_id}", "jobs:delete", job_delete, NULL, 0, 204 },
	{ METHOD_POST, "/jobs/{job_id}/event", "jobs:event:create", job_event, &job_event_shape,
	  BODY_OPTIONAL | SINGLE_STATEMENT, 202 },
	{ 0 }
};

static const struct field credentials_fields[] = {
	{ .name = "trust_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "trustor_user_id", .kinds = STRING, .flags = REQUIRED },
	{ 0 }
};
static const struct shape credentials_shape = { .fields = credentials_fields, .closed = true };

static const struct field shown_fields[] = {
	{ .name = "job_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "client_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "user_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "project_id", .kinds = STRING },
	{ .name = "description", .kinds = STRING, .flags = REQUIRED },
	{ .name = "session_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "session_tag", .kinds = INTEGER, .flags = REQUIRED },
	{ .name = "session_name", .kinds = STRING },
	{ .name = "job_schedule", .kinds = OBJECT, .flags = REQUIRED, .shape = &schedule_shape },
	{ .name = "job_actions", .kinds = ARRAY, .flags = REQUIRED, .shape = &entry_shape },
	{ .name = "job_action", .kinds = OBJECT, .shape = &action_parameters_shape },
	{ .name = "user_credentials", .kinds = OBJECT, .shape = &credentials_shape },
	{ .name = "_version", .kinds = INTEGER },
	{ 0 }
};
static const struct shape shown_shape = { .fields = shown_fields };

const struct resource freezer_job = { "jobs", job_routes, "job_id", &shown_shape };
