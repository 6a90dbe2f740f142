/* doctor: the likely mistakes of an installation, looked for one by one. */
#include "config.h"

#include "admin/doctor_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"

static const struct check {
	const char *name;
	void (*make)(struct checkup *checkup);
	unsigned needs;
	const char *fine;
} checks[] = {
#define CHECK(name, function, needs, fine) { name, function, needs, fine },
#include "admin/doctor.def"
#undef CHECK
};

#define NAME_WIDTH 11

static void line_print(const struct checkup *checkup, enum health health, const char *finding,
		       const char *remedy)
{
	static const char *const words[] = { [HEALTH_OK] = "ok", [HEALTH_SKIP] = "skip",
					     [HEALTH_WARN] = "warn", [HEALTH_BAD] = "bad" };

	printf("%-4s  %-*s  %s%s%s\n", words[health], NAME_WIDTH, checkup->name, finding,
	       remedy == NULL ? "" : "; ", remedy == NULL ? "" : remedy);
}

void doctor_tell(struct checkup *checkup, enum health health, const char *remedy,
		 const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line_print(checkup, health, arena_vprintf(checkup->arena, format, args), remedy);
	va_end(args);
	checkup->told++;
	checkup->any_warn |= health == HEALTH_WARN;
	checkup->any_bad |= health == HEALTH_BAD;
}

const char *doctor_said(const struct checkup *checkup, const char *otherwise)
{
	return checkup->said.data == NULL ? otherwise : checkup->said.data;
}

static void said_take(void *taker, enum log_level level, const char *line)
{
	struct checkup *checkup = taker;

	if (level > LOG_LEVEL_WARNING)
		return;
	text_puts(&checkup->said, checkup->said.len == 0 ? "" : "; ");
	text_puts(&checkup->said, line);
}

/* What the check needs and is not there. */
static const char *missing(const struct checkup *checkup, unsigned needs)
{
	static const char *const names[] = { "settings", "the database", "the schema",
					     "the workers' socket" };

	for (unsigned n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		if ((needs & ~checkup->has & 1U << n) != 0)
			return names[n];
	}
	return NULL;
}

static void check_make(struct checkup *checkup, const struct check *check)
{
	const char *lacks = missing(checkup, check->needs);

	checkup->name = check->name;
	checkup->told = 0;
	checkup->said = (struct text){ .arena = checkup->arena };
	if (lacks != NULL) {
		doctor_tell(checkup, HEALTH_SKIP, NULL, "not looked at: %s must be mended first",
			    lacks);
		return;
	}
	check->make(checkup);
	if (checkup->told == 0)
		doctor_tell(checkup, HEALTH_OK, NULL, "%s", check->fine);
	fflush(stdout);
}

enum admin_status doctor(struct wish *wish)
{
	struct checkup checkup = { .wish = wish, .rq = wish->rq, .arena = wish->rq->arena };

	log_divert(said_take, &checkup);
	for (size_t n = 0; n < sizeof(checks) / sizeof(checks[0]); n++)
		check_make(&checkup, &checks[n]);
	log_divert(NULL, NULL);
	if (checkup.any_bad)
		return ADMIN_FAILED;
	return checkup.any_warn ? ADMIN_WARNED : ADMIN_DONE;
}
