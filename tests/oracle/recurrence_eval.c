/*
 * Answers questions about patterns for tests/oracle/recurrence_oracle.py.
 *
 * Each line of standard input is a format, a start, an instant, how many instants are wanted after
 * it, and a pattern, separated by tabs, with times in epoch seconds; each line of output holds the
 * instants, or "refused" and the reason. With --time it tells the longest time of the
 * processor that one instant took, in microseconds, on standard error.
 */
#include "config.h"

#include "recurrence/recurrence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/text.h"
#include "lines.h"

static int64_t slowest;
static char slowest_pattern[RECURRENCE_PATTERN_MAX + 1];

/* Unlike the time of day this leaves out what others do. */
static int64_t processor_us(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

static bool next_timed(const struct recurrence *recurrence, const char *pattern, int64_t start,
		       int64_t after, int64_t *when)
{
	int64_t began = processor_us();
	bool any = recurrence_next(recurrence, start, after, when);
	int64_t took = processor_us() - began;

	if (took > slowest) {
		slowest = took;
		snprintf(slowest_pattern, sizeof(slowest_pattern), "%s", pattern);
	}
	return any;
}

static void answer(const struct recurrence *recurrence, const char *pattern, int64_t start,
		   int64_t after, int64_t count)
{
	for (; count > 0 && next_timed(recurrence, pattern, start, after, &after); count--)
		printf("%" PRId64 " ", after);
	putchar('\n');
}

static bool answer_line(struct arena *arena, char *line)
{
	enum recurrence_format format;
	int64_t numbers[3];
	const char *reason;

	if (!recurrence_format_find(strsep(&line, "\t"), &format))
		return false;
	for (int n = 0; n < 3; n++) {
		const char *number = strsep(&line, "\t");
		if (line == NULL || !text_to_int64(number, &numbers[n]))
			return false;
	}
	const struct recurrence *recurrence = recurrence_parse(arena, format, line, &reason);
	if (recurrence == NULL)
		printf("refused %s\n", reason);
	else
		answer(recurrence, line, numbers[0], numbers[1], numbers[2]);
	return true;
}

int main(int argc, char **argv)
{
	int status = lines_answer(answer_line);

	if (argc == 2 && strcmp(argv[1], "--time") == 0)
		fprintf(stderr, "%" PRId64 " us: %s\n", slowest, slowest_pattern);
	return status;
}
