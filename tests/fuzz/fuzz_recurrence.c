/*
 * Any text is a pattern with a reason why not, or one whose instants come in order, the same each
 * time, and soon. The first byte chooses the language: 'c' for a crontab.
 * clang -fsanitize=fuzzer,address,undefined; see tests/fuzz/README.md.
 */
#include "config.h"

#include "recurrence/recurrence.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"

#define START 1600000000
#define INSTANTS 4
#define SECONDS_MAX 1     /* of the processor, with sanitizers; doc/recurrence.md has the real ones */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct recurrence_limits limits = { 3600, 900, 1800 };

static void walk(const struct recurrence *recurrence, int64_t after)
{
	int64_t when, again;

	for (int n = 0; n < INSTANTS && recurrence_next(recurrence, START, after, &when); n++) {
		assert(when > after && when >= START && when <= RECURRENCE_TIME_MAX);
		/* nothing lies between an instant and the one before it */
		assert(recurrence_next(recurrence, START, when - 1, &again) && again == when);
		after = when;
	}
}

static void check(struct arena *arena, enum recurrence_format format, const char *pattern)
{
	const struct recurrence_properties properties = {
		.format = format == RECURRENCE_CRONTAB ? "crontab" : "calendar",
		.pattern = pattern, .start_time = pattern, .window = pattern,
	};
	struct recurrence_properties timed = properties;
	struct recurrence_trigger trigger;
	const char *reason;
	const struct recurrence *recurrence = recurrence_parse(arena, format, pattern, &reason);

	assert((recurrence == NULL) == (reason != NULL));
	assert(!recurrence_trigger_read(arena, &properties, &limits, START, &trigger, &reason));
	timed.start_time = "2020-09-13 12:26:40";
	timed.window = NULL;
	bool may_fire = recurrence_trigger_read(arena, &timed, &limits, START, &trigger, &reason);
	assert(may_fire == (reason == NULL));
	assert(recurrence != NULL || !may_fire);
	if (recurrence != NULL)
		walk(recurrence, START - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct arena *arena = arena_new();
	const char *pattern = arena_strndup(arena, (const char *)data + 1, size - 1);
	clock_t began = clock();

	check(arena, data[0] == 'c' ? RECURRENCE_CRONTAB : RECURRENCE_CALENDAR, pattern);
	assert(clock() - began < SECONDS_MAX * CLOCKS_PER_SEC);
	arena_free(arena);
	return 0;
}
