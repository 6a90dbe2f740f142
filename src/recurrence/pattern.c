/* A pattern in either language becomes rules; what is wrong with it is said in its words. */
#include "config.h"

#include "recurrence/recurrence_int.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

bool (pattern_refuse)(struct fault *fault, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fault->reason = arena_vprintf(fault->arena, format, args);
	va_end(args);
	return false;
}

bool pattern_number(const char *text, int64_t max, int64_t *number)
{
	int64_t sum = 0;

	if (text[0] == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		sum = sum * 10 + (*text - '0');
		if (sum > max)
			return false;
	}
	*number = sum;
	return true;
}

bool recurrence_format_find(const char *name, enum recurrence_format *format)
{
	static const char *const names[] = { [RECURRENCE_CALENDAR] = "calendar",
					     [RECURRENCE_CRONTAB] = "crontab" };

	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		if (strcasecmp(names[n], name) == 0) {
			*format = (enum recurrence_format)n;
			return true;
		}
	}
	return false;
}

const struct recurrence *recurrence_parse(struct arena *arena, enum recurrence_format format,
					  const char *pattern, const char **reason)
{
	struct recurrence *recurrence = arena_alloc(arena, sizeof(*recurrence));
	struct fault fault = { .arena = arena };
	bool understood;

	recurrence->format = format;
	if (strlen(pattern) > RECURRENCE_PATTERN_MAX)
		understood = pattern_refuse(&fault, "it is longer than %d bytes",
					    RECURRENCE_PATTERN_MAX);
	else if (format == RECURRENCE_CRONTAB)
		understood = crontab_read(&fault, pattern, recurrence);
	else
		understood = calendar_read(&fault, pattern, recurrence);
	*reason = fault.reason;
	return understood ? recurrence : NULL;
}

const char *recurrence_ignored(const struct recurrence *recurrence)
{
	return recurrence->ignored;
}
