/* What the files of this room share. */
#ifndef PERMAFROST_RECURRENCE_RECURRENCE_INT_H
#define PERMAFROST_RECURRENCE_RECURRENCE_INT_H

#include "recurrence/recurrence.h"

#include "recurrence/civil.h"
#include "recurrence/schedule.h"

/* ---- a rule --------------------------------------------------------------------------------- */

/* From the longest period to the shortest: the order is compared. */
enum frequency { YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY };

/* The lists of numbers that a rule may hold. */
enum list { BY_MONTH, BY_MONTHDAY, BY_YEARDAY, BY_WEEKNO, BY_HOUR, BY_MINUTE, BY_SECOND, BY_SETPOS,
	    LIST_COUNT };

#define NUMBER_MAX 366

/* A list of numbers: n is bit n of `up`, -n is bit n of `down`. */
struct numbers {
	bool is_given;
	uint64_t up[NUMBER_MAX / 64 + 1];
	uint64_t down[NUMBER_MAX / 64 + 1];
};

/* A recurrence rule of RFC 5545 section 3.3.10, or a line of a crontab. */
struct rule {
	enum frequency frequency;
	int64_t interval;
	int64_t count;             /* 0: no COUNT */
	int64_t until;             /* epoch seconds; INT64_MAX: no UNTIL */
	int week_start;            /* WKST */
	struct numbers lists[LIST_COUNT];
	unsigned weekdays;         /* BYDAY without a number: bit MONDAY to bit SUNDAY */
	uint64_t nth[7];           /* BYDAY=2MO is bit 2 of nth[MONDAY] */
	uint64_t nth_last[7];      /* BYDAY=-2MO likewise */
	bool is_nth_of_year;       /* counted within the year, not the month */
	bool is_either_day;        /* crontab: the day of the month or that of the week suffices */
};

struct recurrence {
	enum recurrence_format format;
	const char *ignored;
	size_t count;
	struct rule rules[RECURRENCE_RULES_MAX];
};

void numbers_add(struct numbers *numbers, int number);
bool numbers_have(const struct numbers *numbers, int number);

/* ---- reading: each returns false with the reason in `fault` --------------------------------- */

struct fault {
	struct arena *arena;
	const char *reason;
};

/* Say why not; returns false. */
bool pattern_refuse(struct fault *fault, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
#ifdef __clang_analyzer__   /* it reads file by file and can't see that this returns false */
#define pattern_refuse(...) ((void)pattern_refuse(__VA_ARGS__), false)
#endif

/* All of `text` as a number without a sign, at most `max`. */
bool pattern_number(const char *text, int64_t max, int64_t *number);

/* The value of an RRULE property, as "FREQ=DAILY;BYHOUR=2"; it is cut into pieces. */
bool rrule_read(struct fault *fault, char *text, struct rule *rule);

/* An iCalendar fragment. */
bool calendar_read(struct fault *fault, const char *text, struct recurrence *recurrence);

/* Five or six fields, or a word such as "@daily". */
bool crontab_read(struct fault *fault, const char *text, struct recurrence *recurrence);

/* The fields of a job's schedule, of which there is one at least; nothing fires before `from`. */
bool schedule_fields_read(struct fault *fault, const struct schedule *schedule,
			  struct recurrence *recurrence, int64_t *from);

/* Is there a time zone of that name? */
bool zone_exists(const char *name);

/* ---- walking -------------------------------------------------------------------------------- */

/* Does the rule name this day, whatever the period and the time? */
bool days_match(const struct rule *rule, const struct date *date);

/* Does the rule choose days of the week, with or without a number? */
bool days_by_weekday(const struct rule *rule);

/* One rule on its way through time. */
struct walk {
	struct rule rule;          /* with what it takes from the start filled in */
	int64_t first_period;      /* the one that holds the start */
	int64_t at;                /* what comes before is done with */
	struct date date;          /* the one looked at last */
	int64_t limit;             /* nothing later is looked for */
	int64_t left;              /* of COUNT; INT64_MAX without one */
	size_t steps;              /* taken so far */
	bool is_over;
};

/* All rules of a recurrence, each on its way. */
struct walks {
	size_t count;
	struct walk walks[RECURRENCE_RULES_MAX];
	int64_t next[RECURRENCE_RULES_MAX];
};

/* Stand before the first instant after `after`. */
void walks_begin(struct walks *walks, const struct recurrence *recurrence, int64_t start,
		 int64_t after);

/* The next instant; false when there are no more. */
bool walks_next(struct walks *walks, int64_t *when);

#endif
