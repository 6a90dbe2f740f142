/* When a Freezer job should run next. */
#include "config.h"

#include "recurrence/schedule.h"

#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "cases.h"
#include "recurrence/recurrence.h"
#include "unit.h"

static struct arena *arena;

/* Where a member of that name, without "schedule_", belongs. */
static const char **member_of(struct schedule *schedule, const char *name)
{
	if (strcmp(name, "date") == 0)
		return &schedule->date;
	if (strcmp(name, "start_date") == 0)
		return &schedule->start_date;
	if (strcmp(name, "end_date") == 0)
		return &schedule->end_date;
	if (strcmp(name, "interval") == 0)
		return &schedule->interval;
	for (int n = 0; n < SCHEDULE_FIELD_COUNT; n++) {
		if (strcmp(schedule_field_names[n] + strlen("schedule_"), name) == 0)
			return &schedule->fields[n];
	}
	return NULL;
}

static bool schedule_read(char *text, struct schedule *schedule)
{
	*schedule = (struct schedule){ 0 };
	if (strcmp(text, "none") == 0)
		return true;
	for (char *member = strsep(&text, ";"); member != NULL; member = strsep(&text, ";")) {
		char *value = member + strcspn(member, ":");
		*value++ = '\0';
		const char **place = member_of(schedule, member + strspn(member, CASE_BLANKS));
		if (place == NULL)
			return false;
		*place = value + strspn(value, CASE_BLANKS);
	}
	return true;
}

/* The answer in the words of the file. */
static const char *answer_text(enum schedule_answer answer, int64_t due, const char *reason)
{
	char text[RECURRENCE_TIME_SIZE];

	if (answer == SCHEDULE_UNREADABLE)
		return arena_printf(arena, "unreadable %s", reason);
	if (answer == SCHEDULE_OVER)
		return "over";
	recurrence_time_print(due, text);
	text[10] = ' ';
	return arena_strndup(arena, text, strlen(text) - 1);
}

static bool judge(char *line)
{
	const char *zone = cases_column(&line);
	char *text = cases_column(&line);
	const char *offered_text = cases_column(&line), *began_text = cases_column(&line);
	const char *expected = line + strspn(line, CASE_BLANKS), *reason;
	int64_t offered, began = SCHEDULE_NEVER, due;
	struct schedule schedule;

	if (!recurrence_zone_use(zone) || !schedule_read(text, &schedule) ||
	    !recurrence_time_read(offered_text, &offered) ||
	    (strcmp(began_text, "never") != 0 && !recurrence_time_read(began_text, &began)))
		return false;
	enum schedule_answer answer = schedule_next(arena, &schedule, offered, began, &due, &reason);
	const char *found = answer_text(answer, due, reason);
	if (strcmp(found, expected) != 0)
		printf("#   it is: %s\n", found);
	return strcmp(found, expected) == 0;
}

static void jobs_are_due_when_the_cases_say(void)
{
	CU_ASSERT(cases_all_true("schedules.cases", judge));
}

static void a_zone_that_is_none_is_refused(void)
{
	log_threshold(LOG_LEVEL_ERROR - 1);
	CU_ASSERT_FALSE(recurrence_zone_use("Mars/Olympus"));
	CU_ASSERT_FALSE(recurrence_zone_use("../../etc/passwd"));
	CU_ASSERT(recurrence_zone_use("UTC"));
}

static const struct unit units[] = {
	{ "a job is due when the truth table says", jobs_are_due_when_the_cases_say },
	{ "a time zone that there is not is refused", a_zone_that_is_none_is_refused },
	{ NULL, NULL }
};

int main(void)
{
	arena = arena_new();
	int status = unit_run("schedule", units);
	arena_free(arena);
	return status;
}
