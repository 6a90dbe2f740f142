/* What the files of the engine share. */
#ifndef PERMAFROST_ENGINE_ENGINE_INT_H
#define PERMAFROST_ENGINE_ENGINE_INT_H

#include <stdbool.h>

#include "base/req.h"
#include "engine/engine.h"

struct provider_work;

extern struct engine_settings engine_settings;

/* Whose work is done: as such a caller the engine asks the Freezer API. */
struct owner {
	const char *project_id;
	const char *user_id;
};

/* ---- loop.c --------------------------------------------------------------------------------- */

/* What a piece of work came to. */
enum outcome {
	OUTCOME_IDLE,    /* there was nothing to do */
	OUTCOME_DONE,    /* something was done: look again */
	OUTCOME_FAILED,  /* rq->problem says why; try later */
};

/* Run one piece of work in a transaction of its own, again while there is more. False when it was
 * others' turn before all was done. */
bool engine_repeat(struct req *rq, enum outcome (*piece)(struct req *rq));

/*
 * After a piece failed: take back what it wrote, so that its end can be written in a transaction
 * that begins here. *reason is why it failed. False when it was none of its own fault, as while
 * PostgreSQL is away: try again later.
 */
bool engine_take_back(struct req *rq, const char **reason);

/* ---- beat.c --------------------------------------------------------------------------------- */

/* Say that we are there, and learn how things stand. */
void beat_give(struct req *rq);

/* Is it our turn? Not while an administrator took this host out of work, nor after a beat that
 * failed, as while PostgreSQL is away. */
bool beat_allows_work(void);

/* Was the database migrated under us? Then there is nothing that we may do to it. */
bool beat_is_foreign(void);

/* ---- work.c --------------------------------------------------------------------------------- */

/* Start one work item that can be: its resource becomes a job of an agent. */
enum outcome work_start(struct req *rq);

/* Take over what agents reported. */
enum outcome work_settle(struct req *rq);

/* ---- run.c ---------------------------------------------------------------------------------- */

/* Settle one run whose work is over: its operation log, its checkpoint, its restore. */
enum outcome run_settle(struct req *rq);

/* Remove the jobs of one run that is over, whoever ended it. */
enum outcome run_sweep(struct req *rq);

/* ---- trigger.c ------------------------------------------------------------------------------ */

/* Fire triggers that are due, some at a time, or note what was missed. */
enum outcome trigger_fire(struct req *rq);

/* ---- operation.c ---------------------------------------------------------------------------- */

/* Start one scheduled operation whose trigger fired. */
enum outcome operation_start(struct req *rq);

/* Settle one whose checkpoint is there, and remove what retention does not keep. */
enum outcome operation_settle(struct req *rq);

/* ---- expectation.c -------------------------------------------------------------------------- */

/* Find out what is expected of jobs that were changed or are late, some of them at a time. */
enum outcome expectation_judge(struct req *rq);

/* Write down by which rules, and judge all anew if they are others than before; once a start. */
enum outcome expectation_rules(struct req *rq);

/* ---- history.c ------------------------------------------------------------------------------ */

/* Once an hour: forget firings and ended runs that are older than is kept, some at a time. */
enum outcome history_forget(struct req *rq);

/* ---- call.c: our own APIs, asked from inside ------------------------------------------------ */

struct engine_call {
	enum service service;
	enum method method;
	const char *path;            /* below the project */
	struct json_object *body;    /* NULL for none */
};

/* Ask as the owner, in the transaction there is. False with a problem set. */
bool engine_ask(struct req *rq, const struct owner *owner, const struct engine_call *call);

/* ---- job.c: jobs of the Freezer API ---------------------------------------------------------- */

/*
 * Make the job of a work item, in the session of its run, and start it, in the caller's
 * transaction. False with a problem set.
 */
bool job_make(struct req *rq, const struct owner *owner, const char *run_id, const char *job_id,
	      const struct provider_work *work, const char *description);

/* Delete the jobs of a run, their actions and the session. False with a problem set. */
bool jobs_delete(struct req *rq, const struct owner *owner, const char *run_id);

#endif
