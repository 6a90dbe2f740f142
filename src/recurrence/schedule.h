/* When a Freezer job is due: its schedule as freezer-scheduler 13 understands it. */
#ifndef PERMAFROST_RECURRENCE_SCHEDULE_H
#define PERMAFROST_RECURRENCE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

struct arena;

/* The fields of a schedule that goes by the calendar, from the most significant on. */
enum schedule_field { SCHEDULE_YEAR, SCHEDULE_MONTH, SCHEDULE_DAY, SCHEDULE_WEEK,
		      SCHEDULE_DAY_OF_WEEK, SCHEDULE_HOUR, SCHEDULE_MINUTE, SCHEDULE_SECOND,
		      SCHEDULE_FIELD_COUNT };

/* "schedule_year" and so on: their names in a job. */
extern const char *const schedule_field_names[SCHEDULE_FIELD_COUNT];

/* The schedule_* members of a job (spec freezer-v1-v2 4.3) as they were sent; NULL where absent. */
struct schedule {
	const char *date;
	const char *start_date;
	const char *end_date;
	const char *interval;
	const char *fields[SCHEDULE_FIELD_COUNT];
};

enum schedule_answer {
	SCHEDULE_DUE,          /* *due says when */
	SCHEDULE_OVER,         /* no further run is expected */
	SCHEDULE_UNREADABLE,   /* no scheduler will ever run it: *reason, in the arena, says why */
};

/* From now on the process's clocks are those of this zone, "Europe/Berlin" or "UTC". False, with
 * the reason logged, when there is none of that name. */
bool recurrence_zone_use(const char *name);

/* A time at which nothing ever happened. */
#define SCHEDULE_NEVER INT64_C(-1)

/*
 * When a job should run next that its client may run since `offered` and that it began to run last
 * at `began`, or SCHEDULE_NEVER; epoch seconds. Without any schedule it runs once, at once. Times
 * without a zone are those of the process's zone: TZ of tzset(3). The work has a bound, as that of
 * recurrence_next().
 */
enum schedule_answer schedule_next(struct arena *arena, const struct schedule *schedule,
				   int64_t offered, int64_t began, int64_t *due,
				   const char **reason);

#endif
