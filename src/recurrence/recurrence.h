/* When is it due: patterns of triggers, and the instants they name. All times are UTC. */
#ifndef PERMAFROST_RECURRENCE_RECURRENCE_H
#define PERMAFROST_RECURRENCE_RECURRENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Bounds; doc/recurrence.md says why. */
#define RECURRENCE_PATTERN_MAX 4096          /* bytes of a pattern */
#define RECURRENCE_RULES_MAX 4               /* RRULE lines of one pattern */
#define RECURRENCE_COUNT_MAX 10000           /* COUNT of a rule */
#define RECURRENCE_YEARS_MAX 50              /* from one instant to the next */
#define RECURRENCE_TIME_MAX 253402300799LL   /* 9999-12-31T23:59:59Z */

/* ---- patterns ------------------------------------------------------------------------------- */

enum recurrence_format { RECURRENCE_CALENDAR, RECURRENCE_CRONTAB };

/* A pattern that was understood; lives in the arena it was read into. */
struct recurrence;

/* The language called "calendar" or "crontab", in any case. False: there is none of that name. */
bool recurrence_format_find(const char *name, enum recurrence_format *format);

/*
 * Understand a pattern (spec data-protection-v1 4.1). NULL: *reason, in the arena, names the part
 * that is wrong and what it should be.
 */
const struct recurrence *recurrence_parse(struct arena *arena, enum recurrence_format format,
					  const char *pattern, const char **reason);

/*
 * The first instant strictly after `after`, of a recurrence that begins at `start`: a calendar
 * may name `start` itself, a crontab only what comes after it. Epoch seconds; `start` is from 0 to
 * RECURRENCE_TIME_MAX. False: never, which is also what is more than RECURRENCE_YEARS_MAX away.
 * The work has a bound for any pattern and any times.
 */
bool recurrence_next(const struct recurrence *recurrence, int64_t start, int64_t after,
		     int64_t *when);

/* Properties of a calendar that change nothing, as "DTSTART, EXDATE"; NULL: there are none. */
const char *recurrence_ignored(const struct recurrence *recurrence);

/* ---- times ---------------------------------------------------------------------------------- */

#define RECURRENCE_TIME_SIZE 32

/* "2030-12-31 23:59:59" or with a T, either with or without a Z, from 1970 on, as epoch seconds. */
bool recurrence_time_read(const char *text, int64_t *when);

/* The same as "2030-12-31T23:59:59Z". */
void recurrence_time_print(int64_t when, char out[RECURRENCE_TIME_SIZE]);

/* ---- triggers ------------------------------------------------------------------------------- */

/* What an operator allows, in seconds (spec data-protection-v1 2.17). */
struct recurrence_limits {
	int64_t min_interval;       /* between two firings */
	int64_t min_window_time;    /* also the window of a trigger that names none */
	int64_t max_window_time;
};

/* The limits of the configuration. False, with the reason logged, unless min_window_time is below
 * max_window_time and that at most min_interval: a window is over when the next firing is due. */
bool recurrence_limits_load(struct recurrence_limits *limits);

/* The properties of a trigger as they came in; NULL for those that did not. */
struct recurrence_properties {
	const char *format;         /* NULL: calendar */
	const char *pattern;
	const char *start_time;
	const char *end_time;       /* also "": none */
	const char *window;         /* digits */
};

/* A trigger that may fire. */
struct recurrence_trigger {
	const struct recurrence *recurrence;
	int64_t start;
	int64_t end;                /* the last instant that may fire; INT64_MAX: no end */
	int64_t window;             /* seconds */
};

/*
 * Check the properties in the order of spec data-protection-v1 4.2 and fill in `trigger`. A
 * pattern that can't fire from its start on is refused, also one that fires twice within
 * min_interval as far as can be seen from `now`; one whose time is over is not. False: *reason, in
 * the arena, begins with the name of the property.
 */
bool recurrence_trigger_read(struct arena *arena, const struct recurrence_properties *properties,
			     const struct recurrence_limits *limits, int64_t now,
			     struct recurrence_trigger *trigger, const char **reason);

/*
 * The same for a trigger that was accepted before: whatever limits hold by now, and however often
 * it fires, it goes on. `window` is that of a trigger that names none.
 */
bool recurrence_trigger_recall(struct arena *arena, const struct recurrence_properties *properties,
			       int64_t window, struct recurrence_trigger *trigger,
			       const char **reason);

/* The first instant after `after` and not after the trigger's end. False: it fires no more. */
bool recurrence_trigger_next(const struct recurrence_trigger *trigger, int64_t after,
			     int64_t *when);

/* What there is to do about a trigger that is due. */
struct recurrence_turn {
	int64_t missed;        /* instants that nobody noticed in time, from the one due on; of very
				* many not all are counted */
	bool fires;
	int64_t fire_time;     /* the instant that fires, if one does */
	bool goes_on;
	int64_t next;          /* the instant after that, if it goes on: later than now */
};

/*
 * At `now` the instant `due` of a trigger, or more since then, has come. The newest of them fires
 * if its window is not over; what was not noticed before is missed. The work has a bound, however
 * long ago that is (spec data-protection-v1 4.4; what was missed is made up once, not each).
 */
void recurrence_trigger_turn(const struct recurrence_trigger *trigger, int64_t due, int64_t now,
			     struct recurrence_turn *turn);

#endif
