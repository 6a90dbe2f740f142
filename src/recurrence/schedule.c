/* When a Freezer job should run next: once, every so often, or by the calendar. */
#include "config.h"

#include "recurrence/recurrence_int.h"

#include <string.h>
#include <time.h>

#include "base/arena.h"

#define DATE_LENGTH 19               /* of "2030-12-31T23:59:59" */
#define UNITS_MAX 1000000000         /* of an interval */

/* ---- times ---------------------------------------------------------------------------------- */

/* What the clocks of our zone show at an instant, as if that were UTC. */
static int64_t clock_at(int64_t instant)
{
	time_t time = (time_t)instant;
	struct tm parts;

	if (localtime_r(&time, &parts) == NULL)
		return instant;
	return (int64_t)timegm(&parts);
}

/* The instant at which they do; where it is left out, what the C library makes of it. */
static int64_t instant_of(int64_t shown)
{
	time_t time = (time_t)shown;
	struct tm parts;

	if (gmtime_r(&time, &parts) == NULL)
		return shown;
	parts.tm_isdst = -1;
	return (int64_t)mktime(&parts);
}

/* "+02:00", whose shape was checked, as seconds. */
static int64_t offset_of(const char *zone)
{
	int64_t hours = (zone[1] - '0') * 10 + (zone[2] - '0');
	int64_t minutes = (zone[4] - '0') * 10 + (zone[5] - '0');
	int64_t seconds = hours * HOUR_SECONDS + minutes * MINUTE_SECONDS;

	return zone[0] == '-' ? -seconds : seconds;
}

static bool zone_fits(const char *zone)
{
	static const char digits[] = "0123456789";

	return strlen(zone) == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':' &&
	       strspn(zone + 1, digits) == 2 && strspn(zone + 4, digits) == 2;
}

/* A date of a schedule: by our clocks, unless it names an offset. */
static bool date_read(struct fault *fault, const char *name, const char *text, int64_t *when)
{
	const char *shown = arena_strndup(fault->arena, text, strnlen(text, DATE_LENGTH));
	const char *zone = text + strlen(shown);

	if (*zone == '.')
		zone += 1 + strspn(zone + 1, "0123456789");
	bool is_utc = strcmp(zone, "Z") == 0;
	if (!recurrence_time_read(shown, when) ||
	    (*zone != '\0' && !is_utc && !zone_fits(zone)))
		return pattern_refuse(fault, "%s: \"%.40s\" is no time from 1970 on", name, text);
	if (*zone == '\0')
		*when = instant_of(*when);
	else if (!is_utc)
		*when -= offset_of(zone);
	return true;
}

/* ---- intervals ------------------------------------------------------------------------------ */

/* "continuous", or a number and a unit; 0 of them are a second, as for APScheduler. */
static bool interval_read(struct fault *fault, const char *text, int64_t *seconds)
{
	static const struct { const char *name; int64_t seconds; } units[] = {
		{ "weeks", 7 * DAY_SECONDS }, { "days", DAY_SECONDS }, { "hours", HOUR_SECONDS },
		{ "minutes", MINUTE_SECONDS }, { "seconds", 1 },
	};
	size_t digits = strcspn(text, " ");
	const char *unit = text + digits + strspn(text + digits, " ");
	int64_t count;

	*seconds = 1;
	if (strcmp(text, "continuous") == 0)
		return true;
	if (!pattern_number(arena_strndup(fault->arena, text, digits), UNITS_MAX, &count))
		return pattern_refuse(fault, "schedule_interval: \"%.20s\" is too long", text);
	for (size_t n = 0; n < sizeof(units) / sizeof(units[0]); n++) {
		if (strcmp(units[n].name, unit) != 0)
			continue;
		*seconds = count == 0 ? 1 : count * units[n].seconds;
		return true;
	}
	return pattern_refuse(fault, "schedule_interval: \"%.20s\" is no interval", text);
}

/* ---- when next ------------------------------------------------------------------------------ */

/* A job, and what is to be found out about it. */
struct question {
	struct fault fault;
	const struct schedule *schedule;
	int64_t offered, began;
	int64_t start, end;          /* of the schedule; INT64_MAX: no end */
};

static bool is_given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* The scheduler looks at the end only where there is a start, and not at one before it. */
static bool bounds_read(struct question *ask)
{
	const struct schedule *schedule = ask->schedule;

	ask->start = SCHEDULE_NEVER;
	ask->end = INT64_MAX;
	if (!is_given(schedule->start_date))
		return true;
	if (!date_read(&ask->fault, "schedule_start_date", schedule->start_date, &ask->start))
		return false;
	if (!is_given(schedule->end_date))
		return true;
	if (!date_read(&ask->fault, "schedule_end_date", schedule->end_date, &ask->end))
		return false;
	if (ask->end < ask->start)
		ask->end = INT64_MAX;
	return true;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static enum schedule_answer due_at(int64_t when, int64_t end, int64_t *due)
{
	*due = when;
	return when <= end && when <= RECURRENCE_TIME_MAX ? SCHEDULE_DUE : SCHEDULE_OVER;
}

static enum schedule_answer once_next(struct question *ask, int64_t *due)
{
	*due = ask->offered;
	if (is_given(ask->schedule->date) &&
	    !date_read(&ask->fault, "schedule_date", ask->schedule->date, due))
		return SCHEDULE_UNREADABLE;
	return ask->began < *due ? SCHEDULE_DUE : SCHEDULE_OVER;
}

/* With a start it runs for the first time then, or at once if that is over; else after one
 * interval. */
static enum schedule_answer interval_next(struct question *ask, int64_t *due)
{
	int64_t seconds;

	if (!interval_read(&ask->fault, ask->schedule->interval, &seconds) || !bounds_read(ask))
		return SCHEDULE_UNREADABLE;
	if (ask->start >= 0 && ask->began < later(ask->start, ask->offered))
		return due_at(later(ask->start, ask->offered), ask->end, due);
	return due_at(later(ask->began, ask->offered) + seconds, ask->end, due);
}

static enum schedule_answer fields_next(struct question *ask, int64_t *due)
{
	struct recurrence recurrence = { 0 };
	int64_t from, shown;

	if (!bounds_read(ask) ||
	    !schedule_fields_read(&ask->fault, ask->schedule, &recurrence, &from))
		return SCHEDULE_UNREADABLE;
	int64_t after = later(later(ask->began, ask->offered), ask->start - 1);
	int64_t clock = later(clock_at(after), from - 1);
	if (!recurrence_next(&recurrence, 0, clock, &shown))
		return SCHEDULE_OVER;
	return due_at(instant_of(shown), ask->end, due);
}

static bool has_fields(const struct schedule *schedule)
{
	for (int n = 0; n < SCHEDULE_FIELD_COUNT; n++) {
		if (schedule->fields[n] != NULL)
			return true;
	}
	return false;
}

enum schedule_answer schedule_next(struct arena *arena, const struct schedule *schedule,
				   int64_t offered, int64_t began, int64_t *due,
				   const char **reason)
{
	struct question ask = { { .arena = arena }, schedule, offered, began, 0, 0 };
	enum schedule_answer answer;

	if (is_given(schedule->date))
		/* NOLINTNEXTLINE(bugprone-branch-clone): a date goes first, no field last */
		answer = once_next(&ask, due);
	else if (is_given(schedule->interval))
		answer = interval_next(&ask, due);
	else if (has_fields(schedule))
		answer = fields_next(&ask, due);
	else
		answer = once_next(&ask, due);
	*reason = ask.fault.reason;
	return answer;
}
