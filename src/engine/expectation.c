/* What is expected of jobs: when each should begin to run next, and when there should be a newer
 * backup. v_overdue compares that with the clock; here it is only kept up to date. */
#include "config.h"

#include "engine/engine_int.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "recurrence/schedule.h"
#include "store/queries.h"
#include "store/store.h"

/* A job as it was claimed. */
struct watched {
	const char *project_id, *id;
	bool may_run;                 /* its client is to run it, or does */
	bool is_running;
	struct schedule schedule;
	int64_t offered, began, backed_up;
};

/* ---- reading -------------------------------------------------------------------------------- */

/* As the scheduler takes it: an event that waits counts more than the state it will end. */
static bool may_run(struct json_object *schedule)
{
	static const char *const ends[] = { "stop", "abort", "remove", NULL };
	static const char *const ended[] = { "completed", "stop", "removed", NULL };
	static const char *const start[] = { "start", NULL };
	const char *event = json_get_string(schedule, "event");

	if (text_is_one_of(event, start))
		return true;
	return !text_is_one_of(event, ends) &&
	       !text_is_one_of(json_get_string(schedule, "status"), ended);
}

static bool is_running(struct json_object *schedule)
{
	static const char *const states[] = { "running", "aborting", NULL };

	return text_is_one_of(json_get_string(schedule, "status"), states);
}

static struct schedule schedule_read(struct json_object *object)
{
	struct schedule schedule = {
		.date = json_get_string(object, "schedule_date"),
		.start_date = json_get_string(object, "schedule_start_date"),
		.end_date = json_get_string(object, "schedule_end_date"),
		.interval = json_get_string(object, "schedule_interval"),
	};

	for (int n = 0; n < SCHEDULE_FIELD_COUNT; n++)
		schedule.fields[n] = json_get_string(object, schedule_field_names[n]);
	return schedule;
}

/* Epoch seconds of a column; never when it is null. */
static int64_t time_of(const struct rows *rows, int row, const char *column)
{
	return rows_text(rows, row, column) == NULL ? SCHEDULE_NEVER : rows_int(rows, row, column);
}

static struct watched watched_read(struct req *rq, const struct rows *rows, int row)
{
	struct json_object *schedule = NULL;
	struct json_error error;

	json_parse_stored(rq->arena, rows_text(rows, row, "schedule"),
			  rows_length(rows, row, "schedule"), &schedule, &error);
	struct watched job = {
		.project_id = rows_text(rows, row, "project_id"), .id = rows_text(rows, row, "id"),
		.may_run = rows_bool(rows, row, "has_client") && may_run(schedule),
		.is_running = is_running(schedule),
		.schedule = schedule_read(schedule),
		.offered = rows_int(rows, row, "offered"), .began = time_of(rows, row, "began"),
		.backed_up = time_of(rows, row, "backed_up"),
	};
	/* it has begun, whatever the clocks of its machine and ours say to each other */
	if (job.is_running && job.began >= 0 && job.began < job.offered)
		job.offered = job.began;
	return job;
}

/* ---- judging -------------------------------------------------------------------------------- */

static void time_set(struct json_object *object, const char *name, int64_t when)
{
	json_object_object_add(object, name, when < 0 ? NULL : json_object_new_int64(when));
}

/* What is expected after what happened last; `from` is when that began. */
static void expect(struct req *rq, struct json_object *found, const struct watched *job,
		   const char *kind, int64_t last, int64_t from)
{
	struct json_object *row = json_object_new_object();
	const char *reason = NULL;
	int64_t due = SCHEDULE_NEVER;

	if (job->may_run) {
		enum schedule_answer answer = schedule_next(rq->arena, &job->schedule,
							    job->offered, from, &due, &reason);
		if (answer == SCHEDULE_UNREADABLE)
			due = job->offered;
		else if (answer == SCHEDULE_OVER)
			due = SCHEDULE_NEVER;
	}
	json_object_object_add(row, "project_id", json_object_new_string(job->project_id));
	json_object_object_add(row, "kind", json_object_new_string(kind));
	json_object_object_add(row, "id", json_object_new_string(job->id));
	time_set(row, "last", last);
	time_set(row, "due", due);
	json_object_object_add(row, "reason",
			       reason == NULL ? NULL : json_object_new_string(reason));
	json_object_array_add(found, row);
}

static void job_judge(struct req *rq, struct json_object *found, const struct rows *rows, int row)
{
	struct watched job = watched_read(rq, rows, row);

	expect(rq, found, &job, "job", job.began, job.began);
	job.may_run = job.may_run && rows_bool(rows, row, "makes_backups");
	/* a backup that is on its way is not missed before the run after it is due */
	expect(rq, found, &job, "backup", job.backed_up,
	       job.is_running ? job.began : job.backed_up);
}

enum outcome expectation_judge(struct req *rq)
{
	struct rows *rows = STORE_ASK(rq, &sql_expectation_claim);

	if (rows == NULL)
		return OUTCOME_FAILED;
	if (rows_count(rows) == 0)
		return OUTCOME_IDLE;
	struct json_object *found = json_own(rq->arena, json_object_new_array());
	for (int row = 0; row < rows_count(rows); row++)
		job_judge(rq, found, rows, row);
	return STORE_ASK(rq, &sql_expectation_set, json_text(rq->arena, found)) == NULL ?
	       OUTCOME_FAILED : OUTCOME_DONE;
}

/* ---- by which rules ------------------------------------------------------------------------- */

enum outcome expectation_rules(struct req *rq)
{
	static bool are_written;

	if (are_written)
		return OUTCOME_IDLE;
	const char *grace = arena_printf(rq->arena, "%" PRId64, engine_settings.overdue_grace);
	const char *silence = arena_printf(rq->arena, "%" PRId64, engine_settings.client_silence);
	struct rows *rows = STORE_ASK(rq, &sql_watch_settings_set,
				      engine_settings.schedule_time_zone, grace, silence);

	if (rows == NULL)
		return OUTCOME_FAILED;
	are_written = rows_touched(rows) == 0;
	if (are_written)
		return OUTCOME_IDLE;
	log_info("what is overdue is judged anew: the settings are others");
	return OUTCOME_DONE;
}
