/* A schedule: when a job or a session is due, and how its last run went. */
#include "config.h"

#include "freezer/freezer.h"

#include <string.h>

#include "base/json.h"
#include "schema/schema.h"

static const char *const events[] = { "", "stop", "start", "abort", "remove", NULL };
static const char *const statuses[] = { "", "completed", "stop", "scheduled", "running", "aborting",
					"removed", NULL };
static const char *const results[] = { "", "success", "fail", "aborted", NULL };

#define DATE(key) \
	{ .name = (key), .kinds = STRING, .format = format_schedule_date, .length_max = 64, \
	  .format_text = "a date and time as in 2030-12-31T23:59:59" }
#define FREE(key) { .name = (key), .kinds = STRING, .length_max = 255 }

static const struct field schedule_fields[] = {
	{ .name = "time_created", .kinds = INTEGER },
	{ .name = "time_started", .kinds = INTEGER },
	{ .name = "time_ended", .kinds = INTEGER },
	{ .name = "current_pid", .kinds = INTEGER },
	{ .name = "event", .kinds = STRING, .words = events },
	{ .name = "status", .kinds = STRING, .words = statuses },
	{ .name = "result", .kinds = STRING, .words = results },
	DATE("schedule_date"),
	DATE("schedule_start_date"),
	DATE("schedule_end_date"),
	{ .name = "schedule_interval", .kinds = STRING, .format = format_schedule_interval,
	  .format_text = "'continuous', or a number and weeks, days, hours, minutes or seconds",
	  .length_max = 64 },
	{ .name = "schedule_year", .kinds = STRING, .format = format_year,
	  .format_text = "a year of four digits" },
	FREE("schedule_month"),
	FREE("schedule_day"),
	FREE("schedule_week"),
	FREE("schedule_day_of_week"),
	FREE("schedule_hour"),
	FREE("schedule_minute"),
	FREE("schedule_second"),
	{ 0 }
};

const struct shape schedule_shape = { .fields = schedule_fields, .closed = true };

static bool is_schedule_key(const char *key)
{
	return strncmp(key, "schedule_", strlen("schedule_")) == 0;
}

static bool has_schedule_keys(struct json_object *schedule)
{
	json_object_object_foreach(schedule, key, value) {
		(void)value;
		if (is_schedule_key(key))
			return true;
	}
	return false;
}

void schedule_take_keys(struct json_object *schedule, struct json_object *other)
{
	for (const struct field *field = schedule_fields; field->name != NULL; field++) {
		if (!is_schedule_key(field->name))
			continue;
		json_object_object_del(schedule, field->name);
		if (json_has(other, field->name))
			json_object_object_add(schedule, field->name,
					       json_object_get(json_get(other, field->name)));
	}
}

/* The schedulers send every key, the dashboard's editor only those schedule_* keys that are left:
 * whole sets satisfy both, and a run's state survives either. */
void schedule_merge(struct json_object *schedule, struct json_object *patch)
{
	if (has_schedule_keys(patch))
		schedule_take_keys(schedule, patch);
	json_object_object_foreach(patch, key, value) {
		if (!is_schedule_key(key))
			json_object_object_add(schedule, key, json_object_get(value));
	}
}
