/* The Freezer API's resources, one file each, and the few things they share. */
#ifndef PERMAFROST_FREEZER_FREEZER_H
#define PERMAFROST_FREEZER_FREEZER_H

#include "base/req.h"
#include "base/resource.h"
#include "store/doc.h"

#include <stdbool.h>

struct json_object;

extern const struct resource freezer_backup;
extern const struct resource freezer_client;
extern const struct resource freezer_job;
extern const struct resource freezer_action;
extern const struct resource freezer_session;
extern const struct resource freezer_overdue;

/* ---- document.c ----------------------------------------------------------------------------- */

/*
 * Write back a document of doc_lock() whose json was changed; doc->version is the new one. Nothing
 * is written, and the version stays, when nothing differs. False with a problem set.
 */
bool document_save(struct req *rq, enum kind kind, struct document *doc);

/* Whose documents a list is to show: the project's, or with all_projects those of every project,
 * for callers who may. False with a 400 problem. */
bool scope_asked(struct req *rq, struct scope *scope);

/* ---- sighting.c: which clients are alive ---------------------------------------------------- */

/* Note that a client asked for its work, if that is what this list of jobs was. */
void sighting_note(struct req *rq);

/* After a request: tell the database of clients that were noted, if it is time to. */
void sighting_tell(struct req *rq);

/* ---- put.c ---------------------------------------------------------------------------------- */

/* The id in the path, if a document may be created under it; NULL with a 400 problem. */
const char *put_id(struct req *rq, const char *name);

/*
 * Insert the document unless its id is taken; else lock the one there is, which is then *found,
 * in *doc. False with a problem set.
 */
bool document_insert_or_lock(struct req *rq, enum kind kind, const char *id, const char *text,
			     struct document *doc, bool *found);

/* ---- schedule.c: job_schedule and a session's schedule (spec freezer-v1-v2 4.3) ------------- */

/* The closed shape of a schedule. */
extern const struct shape schedule_shape;

/*
 * Merge `patch` into `schedule`, both objects: run state (event, status, result, time_*,
 * current_pid) key by key; if the patch holds any schedule_* key, it replaces the whole set of
 * schedule_* keys. `schedule` is changed; values are shared by reference.
 */
void schedule_merge(struct json_object *schedule, struct json_object *patch);

/* Replace the set of schedule_* keys of `schedule` by those of `other`, which may have none. */
void schedule_take_keys(struct json_object *schedule, struct json_object *other);

/* ---- action.c ------------------------------------------------------------------------------- */

/*
 * False with a 400 problem when the action found at `path` does not say what to do, or is so large
 * that the jobs, which hold copies, would become a burden.
 */
bool action_is_sound(struct req *rq, struct json_object *action, const char *path);

/* ---- client.c ------------------------------------------------------------------------------- */

/*
 * Can this client run the actions? (2.12, 4.3 Create step 3, D18.) False with a 422 problem that
 * names the client, or the client, the capability and the value. Looks in the project first, then
 * among central clients. `job_actions` is the array of a job; NULL checks existence only.
 */
bool client_can_run(struct req *rq, const char *project, const char *client_id,
		    struct json_object *job_actions);

/* ---- session.c ------------------------------------------------------------------------------ */

/*
 * Drop a job's entry from a session's map, in the caller's transaction; the session's version
 * grows. A session or an entry that does not exist is fine. Locks the session: see doc/locks.md
 * for the order (action, session, job). False with a problem set.
 */
bool session_forget_job(struct req *rq, const char *project, const char *session_id,
			const char *job_id);

#endif
