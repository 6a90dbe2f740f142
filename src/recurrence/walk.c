/*
 * The search for the next instant. It looks at one candidate after the other; whatever speaks
 * against a candidate also tells how far the next one is at least, so whole years, months, days,
 * hours and minutes are skipped. Years and steps have a limit, so that any rule has an answer.
 */
#include "config.h"

#include "recurrence/recurrence_int.h"

#include <assert.h>

#define STEPS_MAX 100000
#define PERIOD_STEPS 5      /* what a look at a period costs beside its days and places */
#define HORIZON (RECURRENCE_YEARS_MAX * INT64_C(366) * DAY_SECONDS)
#define DAYS_MAX 366       /* of a period */

/* ---- periods -------------------------------------------------------------------------------- */

static const int units[] = { [DAILY] = DAY_SECONDS, [HOURLY] = HOUR_SECONDS,
			     [MINUTELY] = MINUTE_SECONDS, [SECONDLY] = 1 };

/* The number of the period in which an instant lies. */
static int64_t period_of(const struct rule *rule, int64_t at, const struct date *date)
{
	switch (rule->frequency) {
	case YEARLY:
		return date->year;
	case MONTHLY:
		return date->year * 12 + date->month - 1;
	case WEEKLY:
		return floor_div(date->day + THURSDAY - rule->week_start, 7);
	default:
		return floor_div(at, units[rule->frequency]);
	}
}

/* The first instant of a period. */
static int64_t period_start(const struct rule *rule, int64_t period)
{
	switch (rule->frequency) {
	case YEARLY:
		return day_of(period, 1, 1) * DAY_SECONDS;
	case MONTHLY:
		return day_of(floor_div(period, 12), (int)floor_mod(period, 12) + 1, 1) *
		       DAY_SECONDS;
	case WEEKLY:
		return (period * 7 - THURSDAY + rule->week_start) * DAY_SECONDS;
	default:
		return period * units[rule->frequency];
	}
}

/* ---- does it fit, and if not, what may ------------------------------------------------------ */

/* The first of the numbers from `from` on, below 64; -1 when there is none. */
static int number_next(const struct numbers *numbers, int from)
{
	uint64_t bits = numbers->is_given ? numbers->up[0] : UINT64_MAX;

	bits = from > 63 ? 0 : bits >> from << from;
	return bits == 0 ? -1 : __builtin_ctzll(bits);
}

/*
 * One part of the time of day: `unit` seconds long, part of something `whole` seconds long. True
 * when it is in the list; otherwise *at moves to the next that is, or to the end of the whole.
 */
static bool clock_part_fits(const struct numbers *numbers, int unit, int whole, int64_t *at)
{
	int64_t whole_start = *at - floor_mod(*at, whole);
	int part = (int)((*at - whole_start) / unit);
	int next = number_next(numbers, part);

	if (next == part)
		return true;
	*at = next < 0 || next >= whole / unit ? whole_start + whole :
	      whole_start + (int64_t)next * unit;
	return false;
}

static bool clock_fits(const struct rule *rule, int64_t *at)
{
	return clock_part_fits(&rule->lists[BY_HOUR], HOUR_SECONDS, DAY_SECONDS, at) &&
	       clock_part_fits(&rule->lists[BY_MINUTE], MINUTE_SECONDS, HOUR_SECONDS, at) &&
	       clock_part_fits(&rule->lists[BY_SECOND], 1, MINUTE_SECONDS, at);
}

static bool month_fits(const struct rule *rule, const struct date *date)
{
	const struct numbers *months = &rule->lists[BY_MONTH];

	return !months->is_given || numbers_have(months, date->month);
}

/* Is the day right, and the period? If not, *at moves to the next that may be. */
static bool day_fits(const struct walk *walk, const struct date *date, int64_t *at)
{
	const struct rule *rule = &walk->rule;

	if (!month_fits(rule, date)) {
		*at = day_of(date->year, date->month + 1, 1) * DAY_SECONDS;
		return false;
	}
	if (!days_match(rule, date)) {
		*at = (date->day + 1) * DAY_SECONDS;
		return false;
	}
	return true;
}

static bool period_fits(const struct walk *walk, const struct date *date, int64_t *at)
{
	int64_t period = period_of(&walk->rule, *at, date);
	int64_t over = floor_mod(period - walk->first_period, walk->rule.interval);

	if (over == 0)
		return true;
	*at = period_start(&walk->rule, period - over + walk->rule.interval);
	return false;
}

/* The date of an instant; most are on the same day as the one before. */
static const struct date *walk_date(struct walk *walk, int64_t at)
{
	int64_t day = floor_div(at, DAY_SECONDS);

	if (day != walk->date.day)
		walk->date = date_of(day);
	return &walk->date;
}

/* Is *at an instant of the rule? If not, it moves on to one that may be. */
static bool instant_fits(struct walk *walk, int64_t *at)
{
	const struct date *date = walk_date(walk, *at);

	return period_fits(walk, date, at) && day_fits(walk, date, at) &&
	       clock_fits(&walk->rule, at);
}

/* ---- BYSETPOS: places within a period ------------------------------------------------------- */

/* The days of one period that the rule names, and the times of each of them: every hour with
 * every minute with every second. */
struct period {
	int64_t days[DAYS_MAX];
	int64_t day_count;
	uint64_t hours, minutes, seconds;
};

static uint64_t bits_of(const struct numbers *numbers, int count)
{
	uint64_t all = (UINT64_C(1) << count) - 1;

	return numbers->is_given ? numbers->up[0] & all : all;
}

/* The times of day that lie in the period; if it is shorter than a day, in its hour and so on. */
static void period_clock(const struct rule *rule, int64_t start, struct period *period)
{
	int64_t second = floor_mod(start, DAY_SECONDS);

	period->hours = bits_of(&rule->lists[BY_HOUR], 24);
	period->minutes = bits_of(&rule->lists[BY_MINUTE], 60);
	period->seconds = bits_of(&rule->lists[BY_SECOND], 60);
	if (rule->frequency >= HOURLY)
		period->hours &= UINT64_C(1) << second / HOUR_SECONDS;
	if (rule->frequency >= MINUTELY)
		period->minutes &= UINT64_C(1) << second / MINUTE_SECONDS % 60;
	if (rule->frequency >= SECONDLY)
		period->seconds &= UINT64_C(1) << second % 60;
}

/* Fill in the period between two instants, of a rule that names the day of `date` in it. */
static void period_read(const struct rule *rule, const struct date *date, int64_t start,
			int64_t end, struct period *period, size_t *steps)
{
	int64_t first = floor_div(start, DAY_SECONDS);
	int64_t last = floor_div(end - 1, DAY_SECONDS);

	period->day_count = 0;
	for (int64_t day = first; day <= last; day++, (*steps)++) {
		struct date other = day == date->day ? *date : date_of(day);
		if (month_fits(rule, &other) && days_match(rule, &other))
			period->days[period->day_count++] = day;
	}
	period_clock(rule, start, period);
}

/* Number `n`, from 0 on, of the bits that are set. */
static int bit_at(uint64_t bits, int64_t n)
{
	for (; n > 0; n--)
		bits &= bits - 1;
	return __builtin_ctzll(bits);
}

static int bit_count(uint64_t bits)
{
	return __builtin_popcountll(bits);
}

/* The instant at a place, from 1 on, or from the end below 0. False: the period has none there. */
static bool place_find(const struct period *period, int place, int64_t *at)
{
	int64_t seconds = bit_count(period->seconds);
	int64_t minutes = bit_count(period->minutes) * seconds;
	int64_t times = bit_count(period->hours) * minutes;
	int64_t n = place > 0 ? place - 1 : period->day_count * times + place;

	if (n < 0 || n >= period->day_count * times)
		return false;
	*at = period->days[n / times] * DAY_SECONDS +
	      (int64_t)bit_at(period->hours, n % times / minutes) * HOUR_SECONDS +
	      (int64_t)bit_at(period->minutes, n % minutes / seconds) * MINUTE_SECONDS +
	      bit_at(period->seconds, n % seconds);
	return true;
}

/* Of the places on one side of the list, those that are not before `from`: is one of them earlier
 * than *when? */
static void places_look(const uint64_t *places, int sign, const struct period *period, int64_t from,
			int64_t *when, size_t *steps)
{
	int64_t at;

	for (int word = 0; word <= NUMBER_MAX / 64; word++) {
		for (uint64_t bits = places[word]; bits != 0; bits &= bits - 1, (*steps)++) {
			int place = sign * (word * 64 + __builtin_ctzll(bits));
			if (place_find(period, place, &at) && at >= from && at < *when)
				*when = at;
		}
	}
}

/* The first of the places in the list that is not before `from`. */
static bool places_next(const struct numbers *places, const struct period *period, int64_t from,
			int64_t *when, size_t *steps)
{
	*when = INT64_MAX;
	places_look(places->up, 1, period, from, when, steps);
	places_look(places->down, -1, period, from, when, steps);
	return *when < INT64_MAX;
}

/* instant_fits() for a rule with BYSETPOS. */
static bool place_fits(struct walk *walk, int64_t *at)
{
	const struct rule *rule = &walk->rule;
	struct period period;
	int64_t when;

	if (!instant_fits(walk, at))
		return false;
	const struct date *date = walk_date(walk, *at);
	int64_t number = period_of(rule, *at, date), end = period_start(rule, number + 1);
	walk->steps += PERIOD_STEPS;
	period_read(rule, date, period_start(rule, number), end, &period, &walk->steps);
	if (!places_next(&rule->lists[BY_SETPOS], &period, *at, &when, &walk->steps)) {
		*at = end;
		return false;
	}
	*at = when;
	return true;
}

/* ---- one rule ------------------------------------------------------------------------------- */

static void default_to(struct numbers *numbers, int number)
{
	if (!numbers->is_given)
		numbers_add(numbers, number);
}

/* What a rule does not say is taken from its start: RFC 5545 section 3.3.10. */
static void rule_complete(struct rule *rule, int64_t start, const struct date *date)
{
	int second = (int)floor_mod(start, DAY_SECONDS);

	if (rule->frequency < HOURLY)
		default_to(&rule->lists[BY_HOUR], second / HOUR_SECONDS);
	if (rule->frequency < MINUTELY)
		default_to(&rule->lists[BY_MINUTE], second / MINUTE_SECONDS % 60);
	if (rule->frequency < SECONDLY)
		default_to(&rule->lists[BY_SECOND], second % 60);
	if (days_by_weekday(rule) || rule->lists[BY_MONTHDAY].is_given ||
	    rule->lists[BY_YEARDAY].is_given || rule->lists[BY_WEEKNO].is_given)
		return;
	if (rule->frequency == YEARLY)
		default_to(&rule->lists[BY_MONTH], date->month);
	if (rule->frequency <= MONTHLY)
		default_to(&rule->lists[BY_MONTHDAY], date->month_day);
	if (rule->frequency == WEEKLY)
		rule->weekdays = 1u << date->weekday;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool walk_next(struct walk *walk, int64_t *when)
{
	bool by_place = walk->rule.lists[BY_SETPOS].is_given;

	while (walk->at <= walk->limit && walk->left > 0 && walk->steps++ < STEPS_MAX) {
		if (by_place ? !place_fits(walk, &walk->at) : !instant_fits(walk, &walk->at))
			continue;
		if (walk->at > walk->limit)
			break;
		*when = walk->at++;
		walk->left--;
		return true;
	}
	walk->is_over = true;
	return false;
}

/* COUNT counts from the start, so a rule with one is walked from there. */
static void walk_begin(struct walk *walk, const struct rule *rule, int64_t start, int64_t from)
{
	const struct date date = date_of(floor_div(start, DAY_SECONDS));

	walk->rule = *rule;
	if (!rule->is_either_day)
		rule_complete(&walk->rule, start, &date);
	walk->date = date;
	walk->first_period = period_of(rule, start, &date);
	walk->at = rule->count > 0 ? start : from;
	walk->left = rule->count > 0 ? rule->count : INT64_MAX;
	walk->limit = smaller(smaller(from + HORIZON, RECURRENCE_TIME_MAX), rule->until);
	walk->steps = 0;
	walk->is_over = false;
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* Leave behind what lies before `from`. */
static void walks_skip(struct walks *walks, size_t n, int64_t from)
{
	struct walk *walk = &walks->walks[n];

	while (walk_next(walk, &walks->next[n]) && walks->next[n] < from)
		;
}

void walks_begin(struct walks *walks, const struct recurrence *recurrence, int64_t start,
		 int64_t after)
{
	bool is_crontab = recurrence->format == RECURRENCE_CRONTAB;
	int64_t from = start + is_crontab;

	assert(start >= 0 && start <= RECURRENCE_TIME_MAX);
	if (after >= from)
		from = smaller(after, RECURRENCE_TIME_MAX) + 1;
	walks->count = recurrence->count;
	for (size_t n = 0; n < walks->count; n++) {
		walk_begin(&walks->walks[n], &recurrence->rules[n], start, from);
		walks_skip(walks, n, from);
	}
}

bool walks_next(struct walks *walks, int64_t *when)
{
	bool any = false;

	for (size_t n = 0; n < walks->count; n++) {
		if (walks->walks[n].is_over || (any && walks->next[n] >= *when))
			continue;
		*when = walks->next[n];
		any = true;
	}
	/* what several rules name is one instant */
	for (size_t n = 0; any && n < walks->count; n++) {
		if (!walks->walks[n].is_over && walks->next[n] == *when)
			walk_next(&walks->walks[n], &walks->next[n]);
	}
	return any;
}

bool recurrence_next(const struct recurrence *recurrence, int64_t start, int64_t after,
		     int64_t *when)
{
	struct walks walks;

	walks_begin(&walks, recurrence, start, after);
	return walks_next(&walks, when);
}
