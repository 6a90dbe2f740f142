/* What the files about jobs and actions share. */
#ifndef PERMAFROST_FREEZER_JOB_INT_H
#define PERMAFROST_FREEZER_JOB_INT_H

#include "freezer/freezer.h"

/* ---- action.c ------------------------------------------------------------------------------- */

/* The known parameters of a freezer_action; others may stand beside them (freezer-v1-v2 4.3). */
extern const struct shape action_parameters_shape;

/* The rows that an action and an entry of job_actions have in common, freezer_action aside. */
#define ACTION_RULE_FIELDS \
	{ .name = "action_id", .kinds = STRING | NULLABLE, .format = format_word_or_empty, \
	  .format_text = "letters, digits, '_' and '-'", .length_max = 255 }, \
	{ .name = "max_retries", .kinds = INTEGER | NULLABLE }, \
	{ .name = "max_retries_interval", .kinds = INTEGER | NULLABLE }, \
	{ .name = "mandatory", .kinds = BOOLEAN | NULLABLE }

/* Leave out what says nothing or is not the caller's to say: null rules, and _version. */
void action_tidy(struct json_object *posted);

/* The new action that `posted`, tidy already, makes under this id. */
struct json_object *action_document(struct req *rq, struct json_object *posted, const char *id);

/* Are two values the same, a null member counting as absent? */
bool action_same_value(struct json_object *a, struct json_object *b);

/* ---- job_actions.c -------------------------------------------------------------------------- */

/* Put action_defaults of a job's body into each freezer_action that lacks them, and remove them. */
void job_actions_fold_defaults(struct json_object *body);

/*
 * Turn the job_actions of a body into what a job stores: full copies of actions, in *entries.
 * An entry refers to a known action, or becomes a new one; the actions are locked or inserted, in
 * the caller's transaction. What an action once was is no wish if the job `job_id` is there: its
 * writer may have read it then. NULL for a new job. False with a 400 or 422 problem that names the
 * entry or the id.
 */
bool job_actions_settle(struct req *rq, const char *job_id, struct json_object *posted,
			struct json_object **entries);

/* ---- job_write.c ---------------------------------------------------------------------------- */

bool job_create(struct req *rq);   /* POST /jobs */
bool job_put(struct req *rq);      /* POST and PUT /jobs/{job_id}: create or replace */
bool job_patch(struct req *rq);    /* PATCH /jobs/{job_id} */

/* ---- job_trust.c ---------------------------------------------------------------------------- */

/*
 * Have a trust of the caller in rq->trust_id if the job that the body writes needs one. Asks
 * Keystone, so before the transaction. `id` is NULL for a new job. False with a problem set.
 */
bool job_trust_make(struct req *rq, const char *id);

/* The job takes up rq->trust_id, if there is one. False with a problem set. */
bool job_trust_take(struct req *rq, const char *id);

/* The same for a job whose client or actions changed; one that went to a client that is not
 * central loses its trust. */
bool job_trust_change(struct req *rq, const char *id);

/* ---- job_event.c ---------------------------------------------------------------------------- */

/* POST /jobs/{job_id}/event */
bool job_event(struct req *rq);

extern const struct shape job_event_shape;

#endif
