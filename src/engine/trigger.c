/* Triggers that are due: each instant fires once, or is noted as missed
 * (spec data-protection-v1 4.3, 4.4). */
#include "config.h"

#include "engine/engine_int.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/log.h"
#include "recurrence/recurrence.h"
#include "store/queries.h"
#include "store/store.h"

/* A trigger that was stored by other rules than ours fires no more. */
static const char *give_up(const char *id, const char *reason)
{
	log_error("trigger %s fires no more: its %s", id, reason);
	return NULL;
}

/* When it fires after `due`, as seconds since 1970; NULL: no more. */
static const char *next_of(struct req *rq, const struct recurrence_trigger *trigger, int64_t due)
{
	int64_t when;

	return recurrence_trigger_next(trigger, due, &when) ?
	       arena_printf(rq->arena, "%" PRId64, when) : NULL;
}

static bool trigger_read(struct req *rq, const struct rows *rows,
			 struct recurrence_trigger *trigger, const char **reason)
{
	const struct recurrence_properties properties = {
		.format = rows_text(rows, 0, "format"), .pattern = rows_text(rows, 0, "pattern"),
		.start_time = rows_text(rows, 0, "start_time"),
		.end_time = rows_text(rows, 0, "end_time"),
		.window = rows_text(rows, 0, "window_time"),
	};

	/* what was accepted goes on, whatever is asked of new ones by now */
	const struct recurrence_limits limits = {
		.min_window_time = properties.window == NULL ?
				   engine_settings.limits.min_window_time : 0,
		.max_window_time = RECURRENCE_TIME_MAX,
	};

	return recurrence_trigger_read(rq->arena, &properties, &limits,
				       rows_int(rows, 0, "due"), trigger, reason);
}

/* One instant at a time: an engine that slept notes each that it missed. */
enum outcome trigger_fire(struct req *rq)
{
	struct rows *rows = STORE_ASK(rq, &sql_trigger_claim);
	struct recurrence_trigger trigger;
	const char *reason, *next;

	if (rows == NULL)
		return OUTCOME_FAILED;
	if (rows_count(rows) == 0)
		return OUTCOME_IDLE;
	const char *project = rows_text(rows, 0, "project_id"), *id = rows_text(rows, 0, "id");
	int64_t due = rows_int(rows, 0, "due"), now = rows_int(rows, 0, "now");
	const char *state = "missed";
	if (trigger_read(rq, rows, &trigger, &reason)) {
		next = next_of(rq, &trigger, due);
		if (now <= due + trigger.window)
			state = "fired";
	} else {
		next = give_up(id, reason);
	}
	if (STORE_ASK(rq, &sql_trigger_fire, project, id, rows_text(rows, 0, "due"),
		      state) == NULL ||
	    STORE_ASK(rq, &sql_trigger_schedule, project, id, next) == NULL)
		return OUTCOME_FAILED;
	return OUTCOME_DONE;
}
