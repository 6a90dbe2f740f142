/* The properties of a trigger: times, window, and how often it may fire. */
#include "config.h"

#include "recurrence/recurrence_int.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

#define FIRINGS_COMPARED 4000
#define INSTANTS_COUNTED 1000   /* of those that were missed */

/* ---- times ---------------------------------------------------------------------------------- */

/* Two or more digits at a place of `text`; their shape was checked. */
static int digits_at(const char *text, int place, int count)
{
	int number = 0;

	for (int n = place; n < place + count; n++)
		number = number * 10 + (text[n] - '0');
	return number;
}

static bool has_shape(const char *text, const char *shape)
{
	size_t len = strlen(shape);

	if (strlen(text) != len)
		return strlen(text) == len + 1 && text[len] == 'Z';
	return true;
}

bool recurrence_time_read(const char *text, int64_t *when)
{
	static const char shape[] = "dddd-dd-dd dd:dd:dd";

	if (!has_shape(text, shape))
		return false;
	for (size_t n = 0; n < sizeof(shape) - 1; n++) {
		bool is_digit = text[n] >= '0' && text[n] <= '9';
		bool fits = shape[n] == 'd' ? is_digit : text[n] == shape[n];
		if (!fits && !(shape[n] == ' ' && text[n] == 'T'))
			return false;
	}
	int year = digits_at(text, 0, 4), month = digits_at(text, 5, 2);
	int day = digits_at(text, 8, 2), hour = digits_at(text, 11, 2);
	int minute = digits_at(text, 14, 2), second = digits_at(text, 17, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > month_length(year, month) ||
	    hour > 23 || minute > 59 || second > 59)
		return false;
	*when = day_of(year, month, day) * DAY_SECONDS + hour * HOUR_SECONDS +
		minute * MINUTE_SECONDS + second;
	return true;
}

void recurrence_time_print(int64_t when, char out[RECURRENCE_TIME_SIZE])
{
	struct date date = date_of(floor_div(when, DAY_SECONDS));
	unsigned second = (unsigned)floor_mod(when, DAY_SECONDS);

	snprintf(out, RECURRENCE_TIME_SIZE, "%04d-%02d-%02dT%02u:%02u:%02uZ",
		 (int)date.year % 10000, date.month, date.month_day, second / HOUR_SECONDS,
		 second / MINUTE_SECONDS % 60, second % 60);
}

/* ---- the checks, in their order ------------------------------------------------------------- */

struct check {
	struct fault fault;
	const struct recurrence_properties *properties;
	const struct recurrence_limits *limits;
	int64_t now;
	struct recurrence_trigger *trigger;
};

static bool pattern_check(struct check *check)
{
	const struct recurrence_properties *properties = check->properties;
	enum recurrence_format format = RECURRENCE_CALENDAR;
	const char *reason;

	if (properties->format != NULL && !recurrence_format_find(properties->format, &format))
		return pattern_refuse(&check->fault, "format: it is neither calendar nor crontab");
	if (properties->pattern == NULL)
		return pattern_refuse(&check->fault, "pattern: it is missing");
	check->trigger->recurrence = recurrence_parse(check->fault.arena, format,
						      properties->pattern, &reason);
	if (check->trigger->recurrence == NULL)
		return pattern_refuse(&check->fault, "pattern: %s", reason);
	return true;
}

static bool start_check(struct check *check)
{
	const char *text = check->properties->start_time;

	if (text == NULL)
		return pattern_refuse(&check->fault, "start_time: it is missing");
	if (!recurrence_time_read(text, &check->trigger->start))
		return pattern_refuse(&check->fault, "start_time: it is not a time from 1970 on as "
				      "in 2030-12-31 23:59:59");
	return true;
}

/* Each rule must be possible; what is over, by COUNT or UNTIL, was. */
static bool possible_check(struct check *check)
{
	const struct recurrence *recurrence = check->trigger->recurrence;
	struct recurrence *alone = arena_alloc(check->fault.arena, sizeof(*alone));
	int64_t start = check->trigger->start, when;

	alone->format = recurrence->format;
	alone->count = 1;
	for (size_t n = 0; n < recurrence->count; n++) {
		alone->rules[0] = recurrence->rules[n];
		alone->rules[0].count = 0;
		alone->rules[0].until = INT64_MAX;
		if (!recurrence_next(alone, start, start - 1, &when))
			return pattern_refuse(&check->fault, "pattern: %s names no time within %d "
					      "years after start_time",
					      recurrence->count > 1 ? "one of its rules" : "it",
					      RECURRENCE_YEARS_MAX);
	}
	return true;
}

/* Firings from now on, as many as are looked at, must not come too close to each other. */
static bool interval_check(struct check *check)
{
	const struct recurrence_trigger *trigger = check->trigger;
	char first[RECURRENCE_TIME_SIZE], second[RECURRENCE_TIME_SIZE];
	int64_t last, next, min = check->limits->min_interval;
	struct walks walks;

	walks_begin(&walks, trigger->recurrence, trigger->start, check->now);
	if (!walks_next(&walks, &last))
		return true;
	for (int n = 1; n < FIRINGS_COMPARED && walks_next(&walks, &next); n++) {
		if (next - last < min) {
			recurrence_time_print(last, first);
			recurrence_time_print(next, second);
			return pattern_refuse(&check->fault, "pattern: it fires at %s and %s, but "
					      "firings must be %" PRId64 " seconds apart", first,
					      second, min);
		}
		last = next;
	}
	return true;
}

static bool window_check(struct check *check)
{
	const struct recurrence_limits *limits = check->limits;
	const char *text = check->properties->window;
	int64_t *window = &check->trigger->window;

	*window = limits->min_window_time;
	if (text == NULL)
		return true;
	if (!pattern_number(text, limits->max_window_time, window) ||
	    *window < limits->min_window_time)
		return pattern_refuse(&check->fault, "window: it is not a number of seconds from "
				      "%" PRId64 " to %" PRId64, limits->min_window_time,
				      limits->max_window_time);
	return true;
}

static bool end_check(struct check *check)
{
	const char *text = check->properties->end_time;

	check->trigger->end = INT64_MAX;
	if (text == NULL || text[0] == '\0')
		return true;
	if (!recurrence_time_read(text, &check->trigger->end))
		return pattern_refuse(&check->fault, "end_time: it is not a time from 1970 on as "
				      "in 2030-12-31 23:59:59");
	if (check->trigger->end <= check->trigger->start)
		return pattern_refuse(&check->fault, "end_time: it is not after start_time");
	return true;
}

bool recurrence_trigger_read(struct arena *arena, const struct recurrence_properties *properties,
			     const struct recurrence_limits *limits, int64_t now,
			     struct recurrence_trigger *trigger, const char **reason)
{
	struct check check = { { .arena = arena }, properties, limits, now, trigger };
	bool passed = pattern_check(&check) && start_check(&check) && possible_check(&check) &&
		      interval_check(&check) && window_check(&check) && end_check(&check);

	*reason = check.fault.reason;
	return passed;
}

bool recurrence_trigger_recall(struct arena *arena, const struct recurrence_properties *properties,
			       int64_t window, struct recurrence_trigger *trigger,
			       const char **reason)
{
	const struct recurrence_limits none = {
		.min_window_time = properties->window == NULL ? window : 0,
		.max_window_time = RECURRENCE_TIME_MAX,
	};
	struct check check = { { .arena = arena }, properties, &none, 0, trigger };
	bool passed = pattern_check(&check) && start_check(&check) && window_check(&check) &&
		      end_check(&check);

	*reason = check.fault.reason;
	return passed;
}

/* ---- when it fires -------------------------------------------------------------------------- */

bool recurrence_trigger_next(const struct recurrence_trigger *trigger, int64_t after,
			     int64_t *when)
{
	return recurrence_next(trigger->recurrence, trigger->start, after, when) &&
	       *when <= trigger->end;
}

/* Go on from *newest to the last instant that is not after `now`; how many came by on the way. */
static int64_t newest_find(const struct recurrence_trigger *trigger, int64_t after, int64_t now,
			   int64_t *newest)
{
	int64_t when, count = 0, last = now < trigger->end ? now : trigger->end;
	struct walks walks;

	walks_begin(&walks, trigger->recurrence, trigger->start, after);
	while (count < INSTANTS_COUNTED && walks_next(&walks, &when) && when <= last) {
		*newest = when;
		count++;
	}
	return count;
}

void recurrence_trigger_turn(const struct recurrence_trigger *trigger, int64_t due, int64_t now,
			     struct recurrence_turn *turn)
{
	int64_t newest = due, window_start = now - trigger->window - 1;

	*turn = (struct recurrence_turn){ .missed = newest_find(trigger, due, now, &newest) };
	if (turn->missed == INSTANTS_COUNTED && newest < window_start)
		newest_find(trigger, window_start, now, &newest);
	turn->fires = now <= newest + trigger->window;
	turn->fire_time = newest;
	turn->missed += !turn->fires;
	turn->goes_on = recurrence_trigger_next(trigger, now > newest ? now : newest, &turn->next);
}
