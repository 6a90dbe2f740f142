/*
 * Answers questions about schedules of jobs for tests/oracle/schedule_oracle.py.
 *
 * Each line of standard input is an instant in epoch seconds and the eight fields, separated by
 * tabs, "-" for one that is not given; the zone is TZ. Each line of output is the first instant
 * after it, "over", or "unreadable" and the reason.
 */
#include "config.h"

#include "recurrence/schedule.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "lines.h"

static bool answer_line(struct arena *arena, char *line)
{
	struct schedule schedule = { 0 };
	const char *reason, *number = strsep(&line, "\t");
	int64_t after, due;

	if (!text_to_int64(number, &after))
		return false;
	for (int n = 0; n < SCHEDULE_FIELD_COUNT; n++) {
		const char *field = strsep(&line, "\t");
		if (field == NULL)
			return false;
		schedule.fields[n] = strcmp(field, "-") == 0 ? NULL : field;
	}
	switch (schedule_next(arena, &schedule, after, after, &due, &reason)) {
	case SCHEDULE_DUE:
		printf("%" PRId64 "\n", due);
		return true;
	case SCHEDULE_OVER:
		puts("over");
		return true;
	default:
		printf("unreadable %s\n", reason);
		return true;
	}
}

int main(void)
{
	return lines_answer(answer_line);
}
