/* Triggers that are due: each instant fires once, or is noted as missed
 * (spec data-protection-v1 4.3, 4.4). */
#include "config.h"

#include "engine/engine_int.h"

#include <json-c/json.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "recurrence/recurrence.h"
#include "store/queries.h"
#include "store/store.h"

static bool trigger_read(struct req *rq, const struct rows *rows, int row,
			 struct recurrence_trigger *trigger, const char **reason)
{
	const struct recurrence_properties properties = {
		.format = rows_text(rows, row, "format"),
		.pattern = rows_text(rows, row, "pattern"),
		.start_time = rows_text(rows, row, "start_time"),
		.end_time = rows_text(rows, row, "end_time"),
		.window = rows_text(rows, row, "window_time"),
	};

	return recurrence_trigger_recall(rq->arena, &properties,
					 engine_settings.limits.min_window_time, trigger, reason);
}

/* A trigger that was stored by other rules than ours is noted as missed, and fires no more. */
static struct recurrence_turn turn_make(struct req *rq, const struct rows *rows, int row)
{
	struct recurrence_turn turn = { .missed = 1 };
	struct recurrence_trigger trigger;
	const char *reason;

	if (trigger_read(rq, rows, row, &trigger, &reason))
		recurrence_trigger_turn(&trigger, rows_int(rows, row, "due"),
					rows_int(rows, row, "now"), &turn);
	else
		log_error("trigger %s fires no more: its %s", rows_text(rows, row, "id"), reason);
	return turn;
}

static void number_set(struct json_object *object, const char *name, int64_t number)
{
	json_object_object_add(object, name, json_object_new_int64(number));
}

/* A row of what trigger_fire.sql takes. */
static struct json_object *turn_told(struct req *rq, const struct rows *rows, int row)
{
	const struct recurrence_turn turn = turn_make(rq, rows, row);
	struct json_object *told = json_object_new_object();

	json_object_object_add(told, "project_id",
			       json_object_new_string(rows_text(rows, row, "project_id")));
	json_object_object_add(told, "trigger_id",
			       json_object_new_string(rows_text(rows, row, "id")));
	number_set(told, "missed", turn.missed);
	number_set(told, "missed_at", rows_int(rows, row, "due"));
	if (turn.fires)
		number_set(told, "fired_at", turn.fire_time);
	if (turn.goes_on)
		number_set(told, "next_at", turn.next);
	return told;
}

enum outcome trigger_fire(struct req *rq)
{
	struct rows *rows = STORE_ASK(rq, &sql_trigger_claim);
	struct json_object *turns = json_own(rq->arena, json_object_new_array());

	if (rows == NULL)
		return OUTCOME_FAILED;
	if (rows_count(rows) == 0)
		return OUTCOME_IDLE;
	for (int row = 0; row < rows_count(rows); row++)
		json_object_array_add(turns, turn_told(rq, rows, row));
	return STORE_ASK(rq, &sql_trigger_fire, json_text(rq->arena, turns)) == NULL ?
	       OUTCOME_FAILED : OUTCOME_DONE;
}
