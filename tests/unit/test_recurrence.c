/* When a pattern fires, what is wrong with one, and the properties of a trigger. */
#include "config.h"

#include "recurrence/recurrence.h"

#include <string.h>

#include "base/arena.h"
#include "base/settings.h"
#include "cases.h"
#include "unit.h"

static struct arena *arena;

static const struct recurrence_limits limits = { 3600, 900, 3600 };

/* ---- the words of recurrence.cases ---------------------------------------------------------- */

/* A pattern as the head of the file tells it, in full. */
static const char *pattern_of(char *text, enum recurrence_format *format)
{
	*format = RECURRENCE_CALENDAR;
	if (strncasecmp(text, "BEGIN:", 6) == 0)
		return text;
	if (strncasecmp(text, "FREQ=", 5) == 0)
		return arena_printf(arena, "BEGIN:VEVENT\nRRULE:%s\nEND:VEVENT", text);
	if (strncasecmp(text, "RRULE:", 6) == 0)
		return arena_printf(arena, "BEGIN:VEVENT\\n%s\\nEND:VEVENT", text);
	*format = RECURRENCE_CRONTAB;
	return text;
}

static bool next_is(const struct recurrence *recurrence, int64_t start, int64_t *after,
		    const char *expected)
{
	bool any = recurrence_next(recurrence, start, *after, after);
	int64_t when;

	if (strcmp(expected, "never") == 0)
		return !any;
	return any && recurrence_time_read(expected, &when) && when == *after;
}

static bool judge_next(char *line)
{
	enum recurrence_format format;
	const char *reason, *pattern = pattern_of(cases_column(&line), &format);
	const struct recurrence *recurrence = recurrence_parse(arena, format, pattern, &reason);
	int64_t start, after;

	if (recurrence == NULL || !recurrence_time_read(cases_column(&line), &start) ||
	    !recurrence_time_read(cases_column(&line), &after))
		return false;
	for (char *instant = strsep(&line, ","); instant != NULL; instant = strsep(&line, ",")) {
		if (!next_is(recurrence, start, &after, instant + strspn(instant, CASE_BLANKS)))
			return false;
	}
	return true;
}

static bool judge_refused(char *line)
{
	enum recurrence_format format;
	const char *reason, *pattern = pattern_of(cases_column(&line), &format);

	return recurrence_parse(arena, format, pattern, &reason) == NULL &&
	       strcmp(reason, line + strspn(line, CASE_BLANKS)) == 0;
}

static bool judge_trigger(char *line)
{
	enum recurrence_format format;
	const char *reason, *pattern = pattern_of(cases_column(&line), &format);
	const struct recurrence_properties properties = {
		.format = format == RECURRENCE_CRONTAB ? "crontab" : "calendar",
		.pattern = pattern,
		.start_time = "2020-01-01 08:30:00",
	};
	struct recurrence_trigger trigger;
	int64_t now;

	if (!recurrence_time_read(properties.start_time, &now))
		return false;
	if (!recurrence_trigger_read(arena, &properties, &limits, now, &trigger, &reason))
		return strcmp(reason, line + strspn(line, CASE_BLANKS)) == 0;
	return strcmp("ok", line + strspn(line, CASE_BLANKS)) == 0;
}

static bool judge(char *line)
{
	const char *verdict = cases_column(&line);

	if (strcmp(verdict, "next") == 0)
		return judge_next(line);
	return strcmp(verdict, "refused") == 0 ? judge_refused(line) :
	       strcmp(verdict, "trigger") == 0 && judge_trigger(line);
}

static void patterns_mean_what_the_cases_say(void)
{
	CU_ASSERT(cases_all_true("recurrence.cases", judge));
}

/* ---- times ---------------------------------------------------------------------------------- */

static bool reads_as(const char *text, const char *printed)
{
	char out[RECURRENCE_TIME_SIZE];
	int64_t when;

	if (!recurrence_time_read(text, &when))
		return false;
	recurrence_time_print(when, out);
	return strcmp(out, printed) == 0;
}

static void times_are_read_in_both_forms(void)
{
	CU_ASSERT(reads_as("2015-12-17 08:30:00", "2015-12-17T08:30:00Z"));
	CU_ASSERT(reads_as("2015-12-17T08:30:00", "2015-12-17T08:30:00Z"));
	CU_ASSERT(reads_as("2015-12-17T08:30:00Z", "2015-12-17T08:30:00Z"));
	CU_ASSERT(reads_as("1970-01-01 00:00:00Z", "1970-01-01T00:00:00Z"));
	CU_ASSERT(reads_as("2000-02-29 23:59:59", "2000-02-29T23:59:59Z"));
	CU_ASSERT(reads_as("9999-12-31 23:59:59", "9999-12-31T23:59:59Z"));
}

static void what_is_no_time_is_refused(void)
{
	static const char *const texts[] = {
		"", "2015-12-17", "2015-12-17 08:30", "2015-12-17 8:30:00", "2015-13-01 00:00:00",
		"2015-02-29 00:00:00", "1900-01-01 00:00:00", "2015-12-17 24:00:00",
		"2015-12-17 08:60:00", "2015-12-17 08:30:60", "2015-12-17 08:30:00+01:00",
		"2015-12-17 08:30:00ZZ", "2015-12-17t08:30:00", "2015/12/17 08:30:00",
		"0000-00-00 00:00:00", "-015-12-17 08:30:00",
	};
	int64_t when;

	for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++)
		CU_ASSERT(!recurrence_time_read(texts[n], &when));
}

/* ---- triggers ------------------------------------------------------------------------------- */

static const struct recurrence_properties daily = {
	.format = "calendar",
	.pattern = "BEGIN:VEVENT\\nRRULE:FREQ=DAILY;BYHOUR=2;\\nEND:VEVENT",
	.start_time = "2020-01-01T08:30:00",
};

/* The reason why these properties are no trigger; "" when they are one. */
static const char *fault_of(const struct recurrence_properties *properties)
{
	struct recurrence_trigger trigger;
	const char *reason;

	return recurrence_trigger_read(arena, properties, &limits, 0, &trigger, &reason) ? "" :
	       reason;
}

static bool begins(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static void the_property_that_is_wrong_is_named(void)
{
	struct recurrence_properties properties = daily;

	CU_ASSERT_STRING_EQUAL(fault_of(&daily), "");
	properties.end_time = "2020-01-01 08:30:00";
	CU_ASSERT(begins(fault_of(&properties), "end_time: it is not after start_time"));
	properties.end_time = "tomorrow";
	CU_ASSERT(begins(fault_of(&properties), "end_time: it is not a time"));
	properties.window = "1h";
	CU_ASSERT(begins(fault_of(&properties), "window: "));
	properties.start_time = "now";
	CU_ASSERT(begins(fault_of(&properties), "start_time: it is not a time"));
	properties.start_time = NULL;
	CU_ASSERT(begins(fault_of(&properties), "start_time: it is missing"));
	properties.pattern = "";
	CU_ASSERT(begins(fault_of(&properties), "pattern: "));
	properties.pattern = NULL;
	CU_ASSERT(begins(fault_of(&properties), "pattern: it is missing"));
	properties.format = "cron";
	CU_ASSERT(begins(fault_of(&properties), "format: "));
}

static void a_window_keeps_within_its_limits(void)
{
	static const char *const wrong[] = { "899", "3601", "86400", "", "-900", "900.0", " 900",
					     "99999999999999999999" };
	struct recurrence_properties properties = daily;
	struct recurrence_trigger trigger;
	const char *reason;

	CU_ASSERT(recurrence_trigger_read(arena, &properties, &limits, 0, &trigger, &reason));
	CU_ASSERT(trigger.window == 900);
	properties.window = "3600";
	CU_ASSERT(recurrence_trigger_read(arena, &properties, &limits, 0, &trigger, &reason));
	CU_ASSERT(trigger.window == 3600);
	for (size_t n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++) {
		properties.window = wrong[n];
		CU_ASSERT(begins(fault_of(&properties), "window: "));
	}
}

static void the_end_may_fire_and_is_the_last_that_does(void)
{
	struct recurrence_properties properties = daily;
	struct recurrence_trigger trigger;
	const char *reason;
	int64_t when = 0;

	properties.end_time = "2020-01-03 02:30:00";
	CU_ASSERT(recurrence_trigger_read(arena, &properties, &limits, 0, &trigger, &reason));
	CU_ASSERT(recurrence_trigger_next(&trigger, when, &when) && when == 1577932200);
	CU_ASSERT(recurrence_trigger_next(&trigger, when, &when) && when == trigger.end);
	CU_ASSERT(!recurrence_trigger_next(&trigger, when, &when));
	properties.end_time = "";
	CU_ASSERT(recurrence_trigger_read(arena, &properties, &limits, 0, &trigger, &reason));
	CU_ASSERT(trigger.end == INT64_MAX);
}

static void a_format_is_known_in_any_case(void)
{
	struct recurrence_properties properties = daily;

	properties.format = "Calendar";
	CU_ASSERT_STRING_EQUAL(fault_of(&properties), "");
	properties.format = NULL;
	CU_ASSERT_STRING_EQUAL(fault_of(&properties), "");
	properties.format = "crontab";
	CU_ASSERT(begins(fault_of(&properties), "pattern: there are"));
	properties.pattern = "0 2 * * *";
	CU_ASSERT_STRING_EQUAL(fault_of(&properties), "");
}

static void limits_that_contradict_each_other_are_refused(void)
{
	struct recurrence_limits loaded;

	CU_ASSERT_FATAL(settings_load(NULL));
	CU_ASSERT(recurrence_limits_load(&loaded));
	CU_ASSERT(memcmp(&loaded, &limits, sizeof(limits)) == 0);
	setenv("PERMAFROST_DATA_PROTECT_MIN_INTERVAL", "3599", 1);
	CU_ASSERT_FATAL(settings_load(NULL));
	CU_ASSERT(!recurrence_limits_load(&loaded));
	setenv("PERMAFROST_DATA_PROTECT_MIN_INTERVAL", "3600", 1);
	setenv("PERMAFROST_DATA_PROTECT_MIN_WINDOW_TIME", "3600", 1);
	CU_ASSERT_FATAL(settings_load(NULL));
	CU_ASSERT(!recurrence_limits_load(&loaded));
}

/* ---- bounds --------------------------------------------------------------------------------- */

static void what_changes_nothing_is_told(void)
{
	const char *reason;
	const struct recurrence *recurrence =
		recurrence_parse(arena, RECURRENCE_CALENDAR,
				 "BEGIN:VEVENT\nDTSTART:20200101T000000\nRRULE:FREQ=DAILY\n"
				 "SUMMARY:ours\nEXDATE:20200102T000000\nEND:VEVENT", &reason);

	CU_ASSERT_PTR_NOT_NULL_FATAL(recurrence);
	CU_ASSERT_STRING_EQUAL(recurrence_ignored(recurrence), "DTSTART, EXDATE");
	recurrence = recurrence_parse(arena, RECURRENCE_CRONTAB, "@daily", &reason);
	CU_ASSERT_PTR_NULL(recurrence_ignored(recurrence));
}

static void the_end_of_time_is_never(void)
{
	const char *reason;
	const struct recurrence *daily_rule = recurrence_parse(arena, RECURRENCE_CALENDAR,
							       daily.pattern, &reason);
	int64_t when;

	CU_ASSERT(!recurrence_next(daily_rule, 0, INT64_MAX, &when));
	CU_ASSERT(!recurrence_next(daily_rule, RECURRENCE_TIME_MAX, INT64_MIN, &when));
	CU_ASSERT(recurrence_next(daily_rule, 0, INT64_MIN, &when) && when == 7200);
	CU_ASSERT(recurrence_next(daily_rule, 0, RECURRENCE_TIME_MAX - 86400, &when));
	CU_ASSERT(!recurrence_next(daily_rule, 0, RECURRENCE_TIME_MAX, &when));
}

static void a_long_pattern_is_refused(void)
{
	static char text[RECURRENCE_PATTERN_MAX + 2];
	const char *reason;

	memset(text, '*', sizeof(text) - 1);
	CU_ASSERT_PTR_NULL(recurrence_parse(arena, RECURRENCE_CRONTAB, text, &reason));
	CU_ASSERT_STRING_EQUAL(reason, "it is longer than 4096 bytes");
}

static const struct unit units[] = {
	{ "patterns mean what the cases say", patterns_mean_what_the_cases_say },
	{ "times are read in both forms", times_are_read_in_both_forms },
	{ "what is no time is refused", what_is_no_time_is_refused },
	{ "the property that is wrong is named", the_property_that_is_wrong_is_named },
	{ "a window keeps within its limits", a_window_keeps_within_its_limits },
	{ "the end may fire and is the last that does",
	  the_end_may_fire_and_is_the_last_that_does },
	{ "a format is known in any case", a_format_is_known_in_any_case },
	{ "limits that contradict each other are refused",
	  limits_that_contradict_each_other_are_refused },
	{ "what changes nothing is told", what_changes_nothing_is_told },
	{ "the end of time is never", the_end_of_time_is_never },
	{ "a long pattern is refused", a_long_pattern_is_refused },
	{ NULL, NULL }
};

int main(void)
{
	arena = arena_new();
	int status = unit_run("recurrence", units);
	arena_free(arena);
	return status;
}
