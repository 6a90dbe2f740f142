/* The parts of an RRULE: RFC 5545 section 3.3.10. */
#include "config.h"

#include "recurrence/recurrence_int.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const frequencies[] = { "YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY",
					   "MINUTELY", "SECONDLY" };

/* The shortest a period of each frequency may be, in seconds. */
static const int64_t period_seconds[] = { 365 * DAY_SECONDS, 28 * DAY_SECONDS, 7 * DAY_SECONDS,
					  DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS, 1 };

static const char *const weekdays[] = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" };

#define NTH_MAX 53     /* of a weekday in a year */

struct part;

typedef bool part_reader(struct fault *fault, const struct part *part, char *value,
			 struct rule *rule);

/* A part of a rule: its name, and how its value is read. */
struct part {
	const char *name;
	part_reader *read;
	enum list list;            /* with the smallest and the largest of its numbers */
	int min, max;
	bool from_end;             /* -1 is the last one */
};

static bool word_find(const char *const *words, size_t count, const char *word, size_t *found)
{
	for (size_t n = 0; n < count; n++) {
		if (strcasecmp(words[n], word) == 0) {
			*found = n;
			return true;
		}
	}
	return false;
}

static bool weekday_find(const char *word, int *weekday)
{
	size_t found;

	if (!word_find(weekdays, 7, word, &found))
		return false;
	*weekday = (int)found;
	return true;
}

/* ---- single values -------------------------------------------------------------------------- */

static bool freq_read(struct fault *fault, const struct part *part, char *value, struct rule *rule)
{
	size_t found;

	if (!word_find(frequencies, 7, value, &found))
		return pattern_refuse(fault, "%s: \"%.20s\" is none of YEARLY, MONTHLY, WEEKLY, "
				      "DAILY, HOURLY, MINUTELY, SECONDLY", part->name, value);
	rule->frequency = (enum frequency)found;
	return true;
}

static bool interval_read(struct fault *fault, const struct part *part, char *value,
			  struct rule *rule)
{
	if (!pattern_number(value, INT32_MAX, &rule->interval) || rule->interval == 0)
		return pattern_refuse(fault, "%s: \"%.20s\" is not a number from 1 on that spans "
				      "at most %d years", part->name, value, RECURRENCE_YEARS_MAX);
	return true;
}

static bool count_read(struct fault *fault, const struct part *part, char *value,
		       struct rule *rule)
{
	if (!pattern_number(value, RECURRENCE_COUNT_MAX, &rule->count) || rule->count == 0)
		return pattern_refuse(fault, "%s: \"%.20s\" is not a number from 1 to %d",
				      part->name, value, RECURRENCE_COUNT_MAX);
	return true;
}

/* "20301231T235959" with or without Z, or "20301231" for its first second, as epoch seconds. */
static bool stamp_read(const char *value, int64_t *when)
{
	static const char shape[] = "dddddddd?dddddd";
	char text[] = "YYYY-MM-DD 00:00:00";
	size_t len = strlen(value);

	if (len == sizeof(shape) && toupper((unsigned char)value[len - 1]) == 'Z')
		len--;
	if (len != 8 && (len != sizeof(shape) - 1 || toupper((unsigned char)value[8]) != 'T'))
		return false;
	for (size_t n = 0; n < len; n++) {
		if (shape[n] == 'd' && !isdigit((unsigned char)value[n]))
			return false;
	}
	snprintf(text, 11, "%.4s-%.2s-%.2s", value, value + 4, value + 6);
	if (len > 8)
		snprintf(text + 10, 10, " %.2s:%.2s:%.2s", value + 9, value + 11, value + 13);
	else
		text[10] = ' ';
	return recurrence_time_read(text, when);
}

static bool until_read(struct fault *fault, const struct part *part, char *value,
		       struct rule *rule)
{
	if (!stamp_read(value, &rule->until))
		return pattern_refuse(fault, "%s: \"%.20s\" is not a date from 1970 on as in "
				      "20301231 or 20301231T235959Z", part->name, value);
	return true;
}

static bool wkst_read(struct fault *fault, const struct part *part, char *value, struct rule *rule)
{
	if (!weekday_find(value, &rule->week_start))
		return pattern_refuse(fault, "%s: \"%.20s\" is none of MO, TU, WE, TH, FR, SA, SU",
				      part->name, value);
	return true;
}

/* ---- lists ---------------------------------------------------------------------------------- */

/* The sign of a number, which is cut off: 1 or -1. */
static int sign_take(char **text)
{
	bool is_signed = **text == '-' || **text == '+';
	int sign = **text == '-' ? -1 : 1;

	*text += is_signed;
	return sign;
}

static bool item_refuse(struct fault *fault, const struct part *part, const char *item)
{
	return pattern_refuse(fault, "%s: \"%.20s\" is not a number from %d to %d%s", part->name,
			      item, part->min, part->max,
			      part->from_end ? ", or from the end with a minus" : "");
}

static bool numbers_read(struct fault *fault, const struct part *part, char *value,
			 struct rule *rule)
{
	for (char *item = strsep(&value, ","); item != NULL; item = strsep(&value, ",")) {
		char *digits = item;
		int sign = part->from_end ? sign_take(&digits) : 1;
		int64_t number;
		if (!pattern_number(digits, part->max, &number) || number < part->min)
			return item_refuse(fault, part, item);
		numbers_add(&rule->lists[part->list], sign * (int)number);
	}
	return true;
}

/* "MO", "2MO" or "-1MO". */
static bool day_read(char *item, struct rule *rule)
{
	size_t len = strlen(item);
	int64_t nth;
	int weekday;

	if (len < 2 || !weekday_find(item + len - 2, &weekday))
		return false;
	item[len - 2] = '\0';
	if (len == 2) {
		rule->weekdays |= 1u << weekday;
		return true;
	}
	uint64_t *bits = sign_take(&item) < 0 ? rule->nth_last : rule->nth;
	if (!pattern_number(item, NTH_MAX, &nth) || nth == 0)
		return false;
	bits[weekday] |= UINT64_C(1) << nth;
	return true;
}

static bool days_read(struct fault *fault, const struct part *part, char *value, struct rule *rule)
{
	for (char *item = strsep(&value, ","); item != NULL; item = strsep(&value, ",")) {
		char copy[8];
		if (strlen(item) >= sizeof(copy))
			return pattern_refuse(fault, "%s: \"%.20s\" is no day", part->name, item);
		memcpy(copy, item, strlen(item) + 1);
		if (!day_read(copy, rule))
			return pattern_refuse(fault, "%s: \"%.20s\" is no day as in MO, 2MO or "
					      "-1MO", part->name, item);
	}
	return true;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static const struct part parts[] = {
	{ "FREQ",       freq_read,     0,           0, 0,          false },
	{ "INTERVAL",   interval_read, 0,           0, 0,          false },
	{ "COUNT",      count_read,    0,           0, 0,          false },
	{ "UNTIL",      until_read,    0,           0, 0,          false },
	{ "WKST",       wkst_read,     0,           0, 0,          false },
	{ "BYMONTH",    numbers_read,  BY_MONTH,    1, 12,         false },
	{ "BYMONTHDAY", numbers_read,  BY_MONTHDAY, 1, 31,         true },
	{ "BYYEARDAY",  numbers_read,  BY_YEARDAY,  1, 366,        true },
	{ "BYWEEKNO",   numbers_read,  BY_WEEKNO,   1, 53,         true },
	{ "BYDAY",      days_read,     0,           0, 0,          false },
	{ "BYHOUR",     numbers_read,  BY_HOUR,     0, 23,         false },
	{ "BYMINUTE",   numbers_read,  BY_MINUTE,   0, 59,         false },
	{ "BYSECOND",   numbers_read,  BY_SECOND,   0, 59,         false },
	{ "BYSETPOS",   numbers_read,  BY_SETPOS,   1, NUMBER_MAX, true },
};

#define PART_COUNT (sizeof(parts) / sizeof(parts[0]))

static bool part_read(struct fault *fault, char *text, unsigned *seen, struct rule *rule)
{
	char *value = text;
	const char *name = strsep(&value, "=");

	for (size_t n = 0; n < PART_COUNT; n++) {
		if (strcasecmp(parts[n].name, name) != 0)
			continue;
		if ((*seen & 1u << n) != 0)
			return pattern_refuse(fault, "%s: it is given twice", parts[n].name);
		if (value == NULL || value[0] == '\0')
			return pattern_refuse(fault, "%s: it has no value", parts[n].name);
		*seen |= 1u << n;
		return parts[n].read(fault, &parts[n], value, rule);
	}
	return pattern_refuse(fault, "\"%.20s\" is no part of a rule", name);
}

/* BYDAY=2MO means something in months and years only; elsewhere it is every Monday (spec 4.1). */
static void nth_settle(struct rule *rule)
{
	rule->is_nth_of_year = rule->frequency == YEARLY && !rule->lists[BY_MONTH].is_given;
	if (rule->frequency <= MONTHLY)
		return;
	for (int weekday = MONDAY; weekday <= SUNDAY; weekday++) {
		if ((rule->nth[weekday] | rule->nth_last[weekday]) != 0)
			rule->weekdays |= 1u << weekday;
		rule->nth[weekday] = rule->nth_last[weekday] = 0;
	}
}

bool rrule_read(struct fault *fault, char *text, struct rule *rule)
{
	unsigned seen = 0;

	*rule = (struct rule){ .interval = 1, .until = INT64_MAX, .week_start = MONDAY };
	while (text != NULL) {
		char *part = strsep(&text, ";");
		bool is_last = text == NULL;
		if (is_last && part[0] == '\0' && seen != 0)
			break;           /* the seed's rule ends with a semicolon */
		if (!part_read(fault, part, &seen, rule))
			return false;
	}
	if ((seen & 1) == 0)
		return pattern_refuse(fault, "FREQ: it is missing");
	if (rule->interval > RECURRENCE_YEARS_MAX * period_seconds[YEARLY] /
			     period_seconds[rule->frequency])
		return pattern_refuse(fault, "INTERVAL: it spans more than %d years",
				      RECURRENCE_YEARS_MAX);
	nth_settle(rule);
	return true;
}
