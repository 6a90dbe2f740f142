/* The engine's life: look, do what there is, wait to be woken. */
#include "config.h"

#include "engine/engine_int.h"

#include <signal.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/supervisor.h"
#include "provider/provider.h"
#include "store/queries.h"
#include "store/store.h"

#define REPEAT_MAX 1000   /* pieces of one kind before the next kind has its turn */
#define PAUSE_MIN 50      /* milliseconds that are slept at least when there is nothing to do */

struct engine_settings engine_settings;

static volatile sig_atomic_t stopped;

void engine_stop(void)
{
	stopped = 1;
}

/* ---- pieces --------------------------------------------------------------------------------- */

static enum outcome piece_run(struct req *rq, enum outcome (*piece)(struct req *rq))
{
	if (!store_begin(rq))
		return OUTCOME_FAILED;
	enum outcome outcome = piece(rq);
	if (outcome == OUTCOME_FAILED) {
		store_rollback();
		return outcome;
	}
	return store_commit(rq) ? outcome : OUTCOME_FAILED;
}

bool engine_take_back(struct req *rq, const char **reason)
{
	*reason = rq->problem.description;
	if (rq->problem.status == 503)
		return false;
	store_rollback();
	rq->problem = (struct problem){ 0 };
	return store_begin(rq);
}

/* A signal that came while a piece was at work takes effect between two. */
static void signals_heed(void)
{
	sigset_t held;

	sigprocmask(SIG_SETMASK, &engine_settings.waiting_mask, &held);
	sigprocmask(SIG_SETMASK, &held, NULL);
}

bool engine_repeat(struct req *rq, enum outcome (*piece)(struct req *rq))
{
	enum outcome outcome = OUTCOME_DONE;

	for (int n = 0; n < REPEAT_MAX && outcome == OUTCOME_DONE && !stopped; n++) {
		struct arena *arena = rq->arena;
		supervisor_alive();
		*rq = (struct req){ .arena = arena, .method = METHOD_POST };
		outcome = piece_run(rq, piece);
		if (outcome == OUTCOME_FAILED)
			log_error("the engine could not go on: %s", rq->problem.description);
		arena_reset(arena);
		signals_heed();
	}
	return outcome != OUTCOME_DONE;
}

/* ---- the loop ------------------------------------------------------------------------------- */

/* In the order in which one piece makes work for the next. */
static enum outcome (*const pieces[])(struct req *rq) = {
	expectation_rules, trigger_fire, operation_start, work_settle, work_start, run_settle,
	run_sweep, operation_settle, expectation_judge, history_forget,
};

/* Do what there is. False when some is left. */
static bool look(struct req *rq)
{
	bool all_done = true;

	provider_refresh();
	beat_give(rq);
	for (size_t n = 0; beat_allows_work() && n < sizeof(pieces) / sizeof(pieces[0]); n++)
		all_done = engine_repeat(rq, pieces[n]) && all_done;
	return all_done;
}

/* How long to sleep, in milliseconds: until the next look, or until a trigger is due before that;
 * one that is due already is in somebody's hands. */
static int64_t pause_find(struct req *rq)
{
	int64_t pause = engine_settings.poll_interval * 1000;
	struct rows *rows = beat_allows_work() ? STORE_ASK(rq, &sql_trigger_soonest) : NULL;

	if (rows == NULL || rows_text(rows, 0, "ms") == NULL)
		return pause;
	int64_t soonest = rows_int(rows, 0, "ms");
	if (soonest < PAUSE_MIN)
		return PAUSE_MIN;
	return soonest < pause ? soonest : pause;
}

/* Until somebody wakes us, or it is time to look again or to give a sign of life. */
static void rest(struct req *rq)
{
	int64_t ms = pause_find(rq), patience = supervisor_patience();

	store_wait(patience < 0 || ms < patience ? ms : patience, &engine_settings.waiting_mask);
}

bool engine_run(const struct engine_settings *settings)
{
	struct arena *arena = arena_new();
	struct req rq = { .arena = arena };

	engine_settings = *settings;
	stopped = 0;
	if (!store_listen(&sql_engine_listen)) {
		arena_free(arena);
		return false;
	}
	supervisor_ready();
	while (!stopped && !beat_is_foreign()) {
		if (look(&rq) && !stopped && !beat_is_foreign())
			rest(&rq);
	}
	store_close();
	arena_free(arena);
	return !beat_is_foreign();
}
