/* The fields of a schedule that goes by the calendar become a rule. They are those of APScheduler,
 * which runs inside of freezer-scheduler: all must fit, also both kinds of days. */
#include "config.h"

#include "recurrence/recurrence_int.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"

#define BLANKS " "

const char *const schedule_field_names[SCHEDULE_FIELD_COUNT] = {
	"schedule_year", "schedule_month", "schedule_day", "schedule_week",
	"schedule_day_of_week", "schedule_hour", "schedule_minute", "schedule_second",
};

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
				      "oct", "nov", "dec", NULL };
static const char *const weekdays[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL };
static const char *const places[] = { "1st", "2nd", "3rd", "4th", "5th", "last", NULL };

#define LAST_PLACE 5

struct field {
	enum list list;             /* LIST_COUNT: it has none */
	int min, max;
	const char *const *names;   /* of min and what follows; NULL: none */
	bool may_default;           /* below what is given it is its smallest value, else any */
};

static const struct field fields[SCHEDULE_FIELD_COUNT] = {
	[SCHEDULE_YEAR] = { LIST_COUNT, 1970, 9999, NULL, false },
	[SCHEDULE_MONTH] = { BY_MONTH, 1, 12, months, true },
	[SCHEDULE_DAY] = { BY_MONTHDAY, 1, 31, NULL, true },
	[SCHEDULE_WEEK] = { BY_WEEKNO, 1, 53, NULL, false },
	[SCHEDULE_DAY_OF_WEEK] = { LIST_COUNT, 0, 6, weekdays, false },
	[SCHEDULE_HOUR] = { BY_HOUR, 0, 23, NULL, true },
	[SCHEDULE_MINUTE] = { BY_MINUTE, 0, 59, NULL, true },
	[SCHEDULE_SECOND] = { BY_SECOND, 0, 59, NULL, true },
};

/* The place of a word in a list, or -1. */
static int word_find(const char *const *words, const char *text)
{
	for (int n = 0; words[n] != NULL; n++) {
		if (strcasecmp(words[n], text) == 0)
			return n;
	}
	return -1;
}

static bool value_read(const struct field *field, const char *text, int *value)
{
	int place = field->names == NULL ? -1 : word_find(field->names, text);
	int64_t number;

	if (place >= 0) {
		*value = field->min + place;
		return true;
	}
	if (!pattern_number(text, field->max, &number) || number < field->min)
		return false;
	*value = (int)number;
	return true;
}

static void value_add(enum schedule_field which, int value, struct rule *rule)
{
	if (which == SCHEDULE_DAY_OF_WEEK)
		rule->weekdays |= 1u << value;
	else
		numbers_add(&rule->lists[fields[which].list], value);
}

static void range_add(enum schedule_field which, int first, int last, int step, struct rule *rule)
{
	for (int value = first; value <= last; value += step)
		value_add(which, value, rule);
}

/* "*", "5", "5-10", "mon-fri", each perhaps with "/2"; "5/10" goes on to the largest. */
static bool range_read(enum schedule_field which, char *item, struct rule *rule)
{
	const struct field *field = &fields[which];
	char *step_text = item, *last_text;
	int first = field->min, last = field->max;
	int64_t step = 1;

	item = strsep(&step_text, "/");
	if (strcmp(item, "*") != 0) {
		last_text = item;
		item = strsep(&last_text, "-");
		if (!value_read(field, item, &first) ||
		    (last_text != NULL && !value_read(field, last_text, &last)) || first > last)
			return false;
		if (last_text == NULL && step_text == NULL)
			last = first;
	}
	/* APScheduler takes a last value of 0 for none when it looks at the step */
	int longest = (last == 0 ? field->max : last) - first;
	if (step_text != NULL && (!pattern_number(step_text, longest, &step) || step == 0))
		return false;
	range_add(which, first, last, (int)step, rule);
	return true;
}

/* "last", "2nd fri", "last fri", which only days know. False: it is none of these. */
static bool special_read(char *item, struct rule *rule)
{
	char *weekday = item + strcspn(item, BLANKS);

	if (strcasecmp(item, "last") == 0) {
		numbers_add(&rule->lists[BY_MONTHDAY], -1);
		return true;
	}
	if (*weekday == '\0')
		return false;
	*weekday++ = '\0';
	int place = word_find(places, item);
	int day = word_find(weekdays, weekday + strspn(weekday, BLANKS));
	if (place < 0 || day < 0)
		return false;
	if (place == LAST_PLACE)
		rule->nth_last[day] |= 1u << 1;
	else
		rule->nth[day] |= UINT64_C(1) << (place + 1);
	return true;
}

static char *trim(char *text)
{
	text += strspn(text, BLANKS);
	for (size_t len = strlen(text); len > 0 && text[len - 1] == ' '; len--)
		text[len - 1] = '\0';
	return text;
}

static bool field_read(struct fault *fault, enum schedule_field which, const char *value,
		       struct rule *rule)
{
	char *rest = arena_strdup(fault->arena, value);

	for (char *item = strsep(&rest, ","); item != NULL; item = strsep(&rest, ",")) {
		item = trim(item);
		char *special = arena_strdup(fault->arena, item);
		const char *shown = arena_strdup(fault->arena, item);
		if (which == SCHEDULE_DAY && special_read(special, rule))
			continue;
		if (!range_read(which, item, rule))
			return pattern_refuse(fault, "%s: \"%.20s\" is nothing that it may be",
					      schedule_field_names[which], shown);
	}
	return true;
}

/* A rule names one year at most: those of a schedule have four digits. */
static bool year_read(struct fault *fault, const char *value, struct rule *rule, int64_t *from)
{
	int year;

	*from = 0;
	if (value == NULL)
		return true;
	if (!value_read(&fields[SCHEDULE_YEAR], value, &year))
		return pattern_refuse(fault, "%s: \"%.20s\" is no year from 1970 on",
				      schedule_field_names[SCHEDULE_YEAR], value);
	*from = day_of(year, 1, 1) * DAY_SECONDS;
	rule->until = day_of(year + 1, 1, 1) * DAY_SECONDS - 1;
	return true;
}

/* A rule can say "the second Friday" or name other days, but not that either will do. */
static bool days_check(struct fault *fault, const struct schedule *schedule,
		       const struct rule *rule)
{
	uint64_t places_given = 0;

	for (int day = MONDAY; day <= SUNDAY; day++)
		places_given |= rule->nth[day] | rule->nth_last[day];
	if (places_given == 0 || (schedule->fields[SCHEDULE_DAY_OF_WEEK] == NULL &&
				  !rule->lists[BY_MONTHDAY].is_given))
		return true;
	return pattern_refuse(fault, "%s: weekdays by their place are understood only where no "
			      "other day is named", schedule_field_names[SCHEDULE_DAY]);
}

/* The least significant field that is given. */
static int last_given(const struct schedule *schedule)
{
	int last = SCHEDULE_FIELD_COUNT - 1;

	while (last > SCHEDULE_YEAR && schedule->fields[last] == NULL)
		last--;
	return last;
}

bool schedule_fields_read(struct fault *fault, const struct schedule *schedule,
			  struct recurrence *recurrence, int64_t *from)
{
	struct rule *rule = &recurrence->rules[0];
	int last = last_given(schedule);

	*rule = (struct rule){ .frequency = DAILY, .interval = 1, .until = INT64_MAX };
	recurrence->format = RECURRENCE_CALENDAR;
	recurrence->count = 1;
	if (!year_read(fault, schedule->fields[SCHEDULE_YEAR], rule, from))
		return false;
	for (int n = SCHEDULE_MONTH; n < SCHEDULE_FIELD_COUNT; n++) {
		const struct field *field = &fields[n];
		if (schedule->fields[n] != NULL) {
			if (!field_read(fault, n, schedule->fields[n], rule))
				return false;
		} else if (field->may_default && n > last) {
			value_add(n, field->min, rule);
		} else if (n >= SCHEDULE_HOUR) {
			range_add(n, field->min, field->max, 1, rule);
		}
	}
	return days_check(fault, schedule, rule);
}
