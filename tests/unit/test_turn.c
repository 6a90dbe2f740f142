/* What is done about a trigger that is due, however late somebody looks. */
#include "config.h"

#include "recurrence/recurrence.h"

#include <inttypes.h>

#include "base/arena.h"
#include "unit.h"

static struct arena *arena;

#define WINDOW "900"
#define NEVER ""

/* One look. Times are of 2026 and UTC. */
struct look {
	const char *pattern;    /* crontab */
	const char *end;        /* end_time, or NEVER */
	const char *due;        /* what was noted as next */
	const char *now;
	int64_t missed;
	const char *fires;      /* NEVER: nothing does */
	const char *next;       /* NEVER: it is over */
};

#define DAILY "0 2 * * *"
#define EACH_MINUTE "* * * * *"
#define AT(day, time) "2026-" day " " time

static const struct look looks[] = {
	/* in time, to the second and to the end of the window */
	{ DAILY, NEVER, AT("03-01", "02:00:00"), AT("03-01", "02:00:00"), 0,
	  AT("03-01", "02:00:00"), AT("03-02", "02:00:00") },
	{ DAILY, NEVER, AT("03-01", "02:00:00"), AT("03-01", "02:15:00"), 0,
	  AT("03-01", "02:00:00"), AT("03-02", "02:00:00") },
	/* one second too late */
	{ DAILY, NEVER, AT("03-01", "02:00:00"), AT("03-01", "02:15:01"), 1, NEVER,
	  AT("03-02", "02:00:00") },
	/* days too late: each day counts, also that of which the window is over */
	{ DAILY, NEVER, AT("03-01", "02:00:00"), AT("03-04", "12:00:00"), 4, NEVER,
	  AT("03-05", "02:00:00") },
	/* and the one whose window is not over is made up */
	{ DAILY, NEVER, AT("03-01", "02:00:00"), AT("03-04", "02:01:00"), 3,
	  AT("03-04", "02:00:00"), AT("03-05", "02:00:00") },
	/* of many whose windows are not over one is made up, the newest */
	{ EACH_MINUTE, NEVER, AT("03-01", "02:00:00"), AT("03-01", "02:05:30"), 5,
	  AT("03-01", "02:05:00"), AT("03-01", "02:06:00") },
	/* a year of minutes: the newest fires, and the count ends somewhere */
	{ EACH_MINUTE, NEVER, "2025-03-01 02:00:00", AT("03-01", "02:00:10"), 1000,
	  AT("03-01", "02:00:00"), AT("03-01", "02:01:00") },
	/* what is due need not be what the pattern names by now: it was when it was noted */
	{ DAILY, NEVER, AT("03-01", "05:00:00"), AT("03-01", "05:00:01"), 0,
	  AT("03-01", "05:00:00"), AT("03-02", "02:00:00") },
	/* the end is the last that fires, also when it is made up */
	{ DAILY, AT("03-02", "02:00:00"), AT("03-02", "02:00:00"), AT("03-02", "02:00:01"), 0,
	  AT("03-02", "02:00:00"), NEVER },
	{ DAILY, AT("03-02", "02:00:00"), AT("03-01", "02:00:00"), AT("03-09", "02:00:01"), 2,
	  NEVER, NEVER },
	/* a clock that was put back: not yet */
	{ DAILY, NEVER, AT("03-02", "02:00:00"), AT("03-01", "01:00:00"), 0,
	  AT("03-02", "02:00:00"), AT("03-03", "02:00:00") },
};

static bool is_when(bool any, int64_t when, const char *expected)
{
	int64_t wanted;

	if (expected[0] == '\0')
		return !any;
	return any && recurrence_time_read(expected, &wanted) && when == wanted;
}

static bool look_is_right(const struct look *look)
{
	const struct recurrence_properties properties = {
		.format = "crontab", .pattern = look->pattern, .end_time = look->end,
		.start_time = "2025-01-01 00:00:00", .window = WINDOW,
	};
	struct recurrence_trigger trigger;
	struct recurrence_turn turn;
	const char *reason;
	int64_t due, now;

	if (!recurrence_trigger_recall(arena, &properties, 0, &trigger, &reason) ||
	    !recurrence_time_read(look->due, &due) || !recurrence_time_read(look->now, &now))
		return false;
	recurrence_trigger_turn(&trigger, due, now, &turn);
	return turn.missed == look->missed && is_when(turn.fires, turn.fire_time, look->fires) &&
	       is_when(turn.goes_on, turn.next, look->next);
}

static void what_is_due_fires_or_was_missed(void)
{
	for (size_t n = 0; n < sizeof(looks) / sizeof(looks[0]); n++) {
		const struct look *look = &looks[n];
		bool right = look_is_right(look);

		CU_ASSERT(right);
		if (!right)
			printf("#   %s, due %s, at %s\n", look->pattern, look->due, look->now);
	}
}

/* Limits that became narrower: a window of a minute, and firings a minute apart. */
static void what_was_accepted_goes_on_whatever_the_limits_are(void)
{
	const struct recurrence_limits narrow = { 86400, 1800, 3600 };
	const struct recurrence_properties properties = {
		.format = "crontab", .pattern = EACH_MINUTE, .window = "60",
		.start_time = "2025-01-01 00:00:00",
	};
	struct recurrence_trigger trigger;
	const char *reason;

	CU_ASSERT(!recurrence_trigger_read(arena, &properties, &narrow, 0, &trigger, &reason));
	CU_ASSERT(recurrence_trigger_recall(arena, &properties, narrow.min_window_time, &trigger,
					    &reason));
	CU_ASSERT(trigger.window == 60);
}

static void what_can_not_be_read_is_still_refused(void)
{
	const struct recurrence_properties properties = {
		.format = "crontab", .pattern = "at noon", .start_time = "2025-01-01 00:00:00",
	};
	struct recurrence_trigger trigger;
	const char *reason;

	CU_ASSERT(!recurrence_trigger_recall(arena, &properties, 900, &trigger, &reason));
	CU_ASSERT(strncmp(reason, "pattern: ", 9) == 0);
}

static const struct unit units[] = {
	{ "what is due fires, or was missed", what_is_due_fires_or_was_missed },
	{ "what was accepted goes on, whatever the limits are by now",
	  what_was_accepted_goes_on_whatever_the_limits_are },
	{ "what can't be read is refused, also of what was accepted",
	  what_can_not_be_read_is_still_refused },
	{ NULL, NULL }
};

int main(void)
{
	arena = arena_new();
	int status = unit_run("turn", units);
	arena_free(arena);
	return status;
}
