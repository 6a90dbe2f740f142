/* trigger ...: when patterns fire. */
#include "config.h"

#include "admin/admin_int.h"

#include "base/clock.h"
#include "base/text.h"
#include "recurrence/recurrence.h"

#define FIRINGS 5
#define FIRINGS_MAX 1000

static void firings_print(const struct recurrence_trigger *trigger, int64_t count)
{
	char text[RECURRENCE_TIME_SIZE];
	int64_t after = clock_now();

	for (; count > 0 && recurrence_trigger_next(trigger, after, &after); count--) {
		recurrence_time_print(after, text);
		puts(text);
	}
	if (count > 0)
		puts("never");
}

enum admin_status trigger_next(struct wish *wish)
{
	char now[RECURRENCE_TIME_SIZE];
	const struct recurrence_properties properties = {
		.format = wish->format,
		.pattern = wish->pattern,
		.start_time = wish->start == NULL ? now : wish->start,
	};
	struct recurrence_limits limits;
	struct recurrence_trigger trigger;
	const char *reason;
	int64_t count = FIRINGS;

	recurrence_time_print(clock_now(), now);
	if (wish->count != NULL &&
	    (!text_to_int64(wish->count, &count) || count < 1 || count > FIRINGS_MAX))
		return admin_error(NULL, "--count is not a number from 1 to %d", FIRINGS_MAX);
	if (!recurrence_limits_load(&limits))
		return ADMIN_FAILED;
	if (!recurrence_trigger_read(wish->rq->arena, &properties, &limits, clock_now(), &trigger,
				     &reason))
		return admin_error("doc/recurrence.md has the languages", "%s", reason);
	reason = recurrence_ignored(trigger.recurrence);
	if (reason != NULL)
		fprintf(stderr, "note: to no effect: %s\n", reason);
	firings_print(&trigger, count);
	return ADMIN_DONE;
}
