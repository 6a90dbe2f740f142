/* A line of a crontab without its command: five fields, or six with the seconds at the end. */
#include "config.h"

#include "recurrence/recurrence_int.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"

#define FIELDS_MIN 5
#define FIELDS_MAX 6
#define WEEKDAY_NTH_MAX 5     /* of a weekday in a month */

#define EVERY_WEEKDAY 0x7fu
#define EVERY_MONTH_DAY 0xfffffffeu

enum field_kind { MINUTE, HOUR, MONTH_DAY, MONTH, WEEKDAY, SECOND };

struct field {
	const char *title;
	enum field_kind kind;
	enum list list;
	int min, max;
	const char *const *names;  /* of min and what follows; NULL: none */
};

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
				      "oct", "nov", "dec", NULL };
static const char *const weekdays[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL };

static const struct field fields[FIELDS_MAX] = {
	{ "minute",           MINUTE,    BY_MINUTE,   0, 59, NULL },
	{ "hour",             HOUR,      BY_HOUR,     0, 23, NULL },
	{ "day of the month", MONTH_DAY, BY_MONTHDAY, 1, 31, NULL },
	{ "month",            MONTH,     BY_MONTH,    1, 12, months },
	{ "day of the week",  WEEKDAY,   LIST_COUNT,  0, 7,  weekdays },
	{ "second",           SECOND,    BY_SECOND,   0, 59, NULL },
};

static const struct {
	const char *word;
	const char *text;
} words[] = {
	{ "@hourly",   "0 * * * *" },
	{ "@daily",    "0 0 * * *" },
	{ "@midnight", "0 0 * * *" },
	{ "@weekly",   "0 0 * * 0" },
	{ "@monthly",  "0 0 1 * *" },
	{ "@yearly",   "0 0 1 1 *" },
	{ "@annually", "0 0 1 1 *" },
};

/* ---- one field ------------------------------------------------------------------------------ */

static bool value_read(const struct field *field, const char *text, int *value)
{
	int64_t number;

	for (int n = 0; field->names != NULL && field->names[n] != NULL; n++) {
		if (strcasecmp(field->names[n], text) == 0) {
			*value = field->min + n;
			return true;
		}
	}
	if (!pattern_number(text, field->max, &number) || number < field->min)
		return false;
	*value = (int)number;
	return true;
}

/* Sunday is 0 and 7 in a crontab, the last day of the week in a rule. */
static int weekday_of(int value)
{
	return (value + SUNDAY) % 7;
}

static void value_add(const struct field *field, int value, struct rule *rule)
{
	if (field->kind == WEEKDAY)
		rule->weekdays |= 1u << weekday_of(value);
	else
		numbers_add(&rule->lists[field->list], value);
}

static bool item_refuse(struct fault *fault, const struct field *field, const char *item)
{
	return pattern_refuse(fault, "%s: \"%.20s\" is not *, a number from %d to %d%s, or a range "
			      "of these upwards, with a step from 1 on after a slash",
			      field->title, item, field->min, field->max,
			      field->names == NULL ? "" : " or a name");
}

/* "*", "5", "5-10", "mon-fri", each perhaps with "/2"; "5/10" goes on to the largest. */
static bool range_read(const struct field *field, char *item, struct rule *rule)
{
	char *step_text = item, *last_text;
	int first = field->min, last = field->max;
	int64_t step = 1;

	item = strsep(&step_text, "/");
	if (step_text != NULL && (!pattern_number(step_text, INT16_MAX, &step) || step == 0))
		return false;
	if (strcmp(item, "*") != 0) {
		last_text = item;
		item = strsep(&last_text, "-");
		if (!value_read(field, item, &first))
			return false;
		if (last_text != NULL && !value_read(field, last_text, &last))
			return false;
		if (last_text == NULL && step_text == NULL)
			last = first;
	}
	if (field->kind == WEEKDAY && last == 0 && first > 0)
		last = 7;            /* as in fri-sun */
	for (int value = first; value <= last; value += (int)step)
		value_add(field, value, rule);
	return first <= last;
}

/* "L", "L5" and "5#2", which only days know. False: it is none of these. */
static bool special_read(const struct field *field, char *item, struct rule *rule)
{
	char *nth_text = item;
	const char *name = strsep(&nth_text, "#");
	int64_t nth;
	int value;

	if (field->kind == MONTH_DAY && strcasecmp(item, "L") == 0) {
		numbers_add(&rule->lists[BY_MONTHDAY], -1);
		return true;
	}
	if (field->kind != WEEKDAY)
		return false;
	if (nth_text == NULL) {
		if ((name[0] != 'L' && name[0] != 'l') || !value_read(field, name + 1, &value))
			return false;
		rule->nth_last[weekday_of(value)] |= 1u << 1;
		return true;
	}
	if (!value_read(field, name, &value) ||
	    !pattern_number(nth_text, WEEKDAY_NTH_MAX, &nth) || nth == 0)
		return false;
	rule->nth[weekday_of(value)] |= UINT64_C(1) << nth;
	return true;
}

/* All days of a list are no choice of days: the other field alone decides. */
static void choice_settle(const struct field *field, struct rule *rule)
{
	struct numbers *numbers = &rule->lists[BY_MONTHDAY];

	if (field->kind == WEEKDAY && rule->weekdays == EVERY_WEEKDAY) {
		rule->weekdays = 0;
		memset(rule->nth, 0, sizeof(rule->nth));
		memset(rule->nth_last, 0, sizeof(rule->nth_last));
	}
	if (field->kind == MONTH_DAY && numbers->up[0] == EVERY_MONTH_DAY)
		*numbers = (struct numbers){ 0 };
}

static bool field_read(struct fault *fault, const struct field *field, char *text,
		       struct rule *rule)
{
	for (char *item = strsep(&text, ","); item != NULL; item = strsep(&text, ",")) {
		char *shown = arena_strdup(fault->arena, item);
		char *special = arena_strdup(fault->arena, item);
		if (!special_read(field, special, rule) && !range_read(field, item, rule))
			return item_refuse(fault, field, shown);
	}
	choice_settle(field, rule);
	return true;
}

/* ---- the line ------------------------------------------------------------------------------- */

static const char *word_replace(const char *text)
{
	size_t len = strlen(text);

	for (size_t n = 0; n < sizeof(words) / sizeof(words[0]); n++) {
		if (strlen(words[n].word) == len && strcasecmp(words[n].word, text) == 0)
			return words[n].text;
	}
	return text;
}

bool crontab_read(struct fault *fault, const char *text, struct recurrence *recurrence)
{
	char *columns[FIELDS_MAX];
	char *rest = arena_strdup(fault->arena, word_replace(text));
	struct rule *rule = &recurrence->rules[0];
	size_t count = 0;

	for (char *column = strsep(&rest, " \t"); column != NULL; column = strsep(&rest, " \t")) {
		if (column[0] == '\0')
			continue;
		if (count == FIELDS_MAX)
			return pattern_refuse(fault, "there are more than %d fields", FIELDS_MAX);
		columns[count++] = column;
	}
	if (count == 1 && columns[0][0] == '@')
		return pattern_refuse(fault, "\"%.20s\" is none of @hourly, @daily, @midnight, "
				      "@weekly, @monthly, @yearly, @annually", columns[0]);
	if (count < FIELDS_MIN)
		return pattern_refuse(fault, "there are %zu fields; it takes minute, hour, day of "
				      "the month, month, day of the week and perhaps second",
				      count);
	*rule = (struct rule){ .frequency = DAILY, .interval = 1, .until = INT64_MAX,
			       .is_either_day = true };
	if (count == FIELDS_MIN)
		numbers_add(&rule->lists[BY_SECOND], 0);
	for (size_t n = 0; n < count; n++) {
		if (!field_read(fault, &fields[n], columns[n], rule))
			return false;
	}
	recurrence->count = 1;
	return true;
}
