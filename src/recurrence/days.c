/* Which days a rule names: months, days of months, weeks and years. */
#include "config.h"

#include "recurrence/recurrence_int.h"

void numbers_add(struct numbers *numbers, int number)
{
	uint64_t *bits = number < 0 ? numbers->down : numbers->up;
	unsigned n = (unsigned)(number < 0 ? -number : number);

	bits[n / 64] |= UINT64_C(1) << n % 64;
	numbers->is_given = true;
}

bool numbers_have(const struct numbers *numbers, int number)
{
	const uint64_t *bits = number < 0 ? numbers->down : numbers->up;
	unsigned n = (unsigned)(number < 0 ? -number : number);

	return (bits[n / 64] >> n % 64 & 1) != 0;
}

/* Is number `n` of `length` in the list, counted from the front or from the back? */
static bool list_matches(const struct numbers *numbers, int n, int length)
{
	return !numbers->is_given || numbers_have(numbers, n) ||
	       numbers_have(numbers, n - length - 1);
}

/* Week 1 is the first with four days in the year; a week belongs to the year of its fourth day. */
static bool week_matches(const struct rule *rule, const struct date *date)
{
	if (!rule->lists[BY_WEEKNO].is_given)
		return true;
	int64_t first = date->day - (date->weekday - rule->week_start + 7) % 7;
	struct date fourth = date_of(first + 3);
	int week = (fourth.year_day - 1) / 7 + 1;
	int weeks = week + (fourth.year_length - fourth.year_day) / 7;

	return list_matches(&rule->lists[BY_WEEKNO], week, weeks);
}

static bool has_bit(uint64_t bits, int n)
{
	return (bits >> n & 1) != 0;
}

static bool weekday_matches(const struct rule *rule, const struct date *date)
{
	bool in_year = rule->is_nth_of_year;
	int place = in_year ? date->year_day : date->month_day;
	int length = in_year ? date->year_length : date->month_length;

	return has_bit(rule->weekdays, date->weekday) ||
	       has_bit(rule->nth[date->weekday], (place - 1) / 7 + 1) ||
	       has_bit(rule->nth_last[date->weekday], (length - place) / 7 + 1);
}

bool days_by_weekday(const struct rule *rule)
{
	uint64_t bits = rule->weekdays;

	for (int weekday = MONDAY; weekday <= SUNDAY; weekday++)
		bits |= rule->nth[weekday] | rule->nth_last[weekday];
	return bits != 0;
}

/* The day of the month and that of the week: both must be right, in a crontab one of them. */
static bool day_matches(const struct rule *rule, const struct date *date)
{
	const struct numbers *month_days = &rule->lists[BY_MONTHDAY];
	bool by_month = list_matches(month_days, date->month_day, date->month_length);

	if (!days_by_weekday(rule))
		return by_month;
	if (rule->is_either_day && month_days->is_given)
		return by_month || weekday_matches(rule, date);
	return by_month && weekday_matches(rule, date);
}

bool days_match(const struct rule *rule, const struct date *date)
{
	return day_matches(rule, date) &&
	       list_matches(&rule->lists[BY_YEARDAY], date->year_day, date->year_length) &&
	       week_matches(rule, date);
}
