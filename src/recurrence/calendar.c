/* An iCalendar fragment (RFC 5545): the RRULE lines of its first VEVENT. */
#include "config.h"

#include "recurrence/recurrence_int.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

#define DEPTH_MAX 8
#define ZONES_MAX 16

/* While the lines are read. */
struct reading {
	struct fault *fault;
	struct recurrence *recurrence;
	struct text ignored;
	const char *open[DEPTH_MAX];      /* components, outermost first */
	size_t depth;
	size_t event_depth;               /* of the first VEVENT while it is open, else 0 */
	size_t events;
	const char *defined[ZONES_MAX];   /* by a VTIMEZONE */
	size_t defined_count;
	const char *used[ZONES_MAX];      /* by a TZID in the event */
	size_t used_count;
};

/* A content line, "NAME;PARAMETER=VALUE:VALUE". */
struct line {
	char *name;
	char *parameters;                 /* NULL: none */
	char *value;
};

/* ---- text to lines -------------------------------------------------------------------------- */

/* What a JSON string with this inside would mean; the text itself when that is no string. */
static char *unescape(struct arena *arena, const char *text)
{
	struct text quoted = { .arena = arena };
	struct json_object *value;
	struct json_error error;

	if (strchr(text, '\\') == NULL)
		return arena_strdup(arena, text);
	text_puts(&quoted, "\"");
	text_puts(&quoted, text);
	text_puts(&quoted, "\"");
	if (!json_parse(arena, quoted.data, quoted.len, &value, &error))
		return arena_strdup(arena, text);
	return arena_strdup(arena, json_object_get_string(value));
}

/* Put folded lines together: RFC 5545 section 3.1. */
static void unfold(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		if (*from == '\r')
			continue;
		if (*from == '\n' && (from[1] == ' ' || from[1] == '\t')) {
			from++;
			continue;
		}
		*to++ = *from;
	}
	*to = '\0';
}

/* Up to the first of the two marks that is not in quotes; "" when there is none. */
static char *line_mark(char *text, const char *marks)
{
	bool is_quoted = false;

	for (; *text != '\0' && (is_quoted || strchr(marks, *text) == NULL); text++)
		is_quoted ^= *text == '"';
	return text;
}

static bool line_cut(struct reading *reading, char *text, struct line *line)
{
	char *colon = line_mark(text, ":");
	char *semicolon = line_mark(text, ";:");

	if (*colon == '\0' || semicolon == text)
		return pattern_refuse(reading->fault, "\"%.20s\" is no line as in NAME:VALUE",
				      text);
	*colon = '\0';
	line->name = text;
	line->parameters = semicolon < colon ? semicolon + 1 : NULL;
	*semicolon = '\0';
	line->value = colon + 1;
	return true;
}

/* ---- time zones ----------------------------------------------------------------------------- */

static bool zone_note(struct reading *reading, const char **zones, size_t *count,
		      const char *name)
{
	if (*count == ZONES_MAX)
		return pattern_refuse(reading->fault, "TZID: there are more than %d", ZONES_MAX);
	zones[(*count)++] = name;
	return true;
}

static bool zone_is_defined(const struct reading *reading, const char *name)
{
	for (size_t n = 0; n < reading->defined_count; n++) {
		if (strcmp(reading->defined[n], name) == 0)
			return true;
	}
	return zone_exists(name);
}

/* The TZID among the parameters of a line of the event. */
static bool zone_take(struct reading *reading, char *parameters)
{
	while (parameters != NULL && *parameters != '\0') {
		char *end = line_mark(parameters, ";");
		char *name = parameters;
		parameters = *end == '\0' ? NULL : end + 1;
		*end = '\0';
		if (strncasecmp(name, "TZID=", 5) != 0)
			continue;
		name += 5;
		size_t len = strlen(name);
		if (len > 1 && name[0] == '"' && name[len - 1] == '"') {
			name[len - 1] = '\0';
			name++;
		}
		if (!zone_note(reading, reading->used, &reading->used_count, name))
			return false;
	}
	return true;
}

static bool zones_check(const struct reading *reading)
{
	for (size_t n = 0; n < reading->used_count; n++) {
		if (!zone_is_defined(reading, reading->used[n]))
			return pattern_refuse(reading->fault, "TZID: there is no time zone "
					      "\"%.64s\"", reading->used[n]);
	}
	return true;
}

/* ---- lines to rules ------------------------------------------------------------------------- */

static bool component_open(struct reading *reading, const char *name)
{
	if (reading->depth == DEPTH_MAX)
		return pattern_refuse(reading->fault, "components stand more than %d deep",
				      DEPTH_MAX);
	reading->open[reading->depth++] = name;
	if (strcasecmp(name, "VEVENT") == 0 && reading->events++ == 0)
		reading->event_depth = reading->depth;
	return true;
}

static bool component_close(struct reading *reading, const char *name)
{
	if (reading->depth == 0 || strcasecmp(reading->open[reading->depth - 1], name) != 0)
		return pattern_refuse(reading->fault, "END:%.20s ends nothing that is open", name);
	if (reading->depth == reading->event_depth)
		reading->event_depth = 0;
	reading->depth--;
	return true;
}

static bool rule_take(struct reading *reading, char *value)
{
	struct recurrence *recurrence = reading->recurrence;
	struct fault *fault = reading->fault;

	if (recurrence->count == RECURRENCE_RULES_MAX)
		return pattern_refuse(fault, "RRULE: there are more than %d",
				      RECURRENCE_RULES_MAX);
	if (!rrule_read(fault, value, &recurrence->rules[recurrence->count++]))
		return pattern_refuse(fault, "RRULE: %s", fault->reason);
	return true;
}

static void property_ignore(struct reading *reading, const char *name)
{
	static const char *const telling[] = { "DTSTART", "DTEND", "EXDATE", "RDATE", "EXRULE",
					       "DURATION" };

	for (size_t n = 0; n < sizeof(telling) / sizeof(telling[0]); n++) {
		if (strcasecmp(telling[n], name) != 0)
			continue;
		if (reading->ignored.len > 0)
			text_puts(&reading->ignored, ", ");
		text_puts(&reading->ignored, telling[n]);
	}
}

static bool line_read(struct reading *reading, char *text)
{
	struct line line = { 0 };
	bool is_zone = reading->depth > 0 &&
		       strcasecmp(reading->open[reading->depth - 1], "VTIMEZONE") == 0;

	if (!line_cut(reading, text, &line))
		return false;
	if (strcasecmp(line.name, "BEGIN") == 0)
		return component_open(reading, line.value);
	if (strcasecmp(line.name, "END") == 0)
		return component_close(reading, line.value);
	if (is_zone && strcasecmp(line.name, "TZID") == 0)
		return zone_note(reading, reading->defined, &reading->defined_count, line.value);
	if (reading->depth == 0)
		return pattern_refuse(reading->fault, "\"%.20s\" stands outside of BEGIN and END",
				      line.name);
	if (reading->depth != reading->event_depth)
		return true;
	if (strcasecmp(line.name, "RRULE") == 0)
		return rule_take(reading, line.value);
	property_ignore(reading, line.name);
	return zone_take(reading, line.parameters);
}

static void blanks_cut(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
}

bool calendar_read(struct fault *fault, const char *text, struct recurrence *recurrence)
{
	struct reading reading = { .fault = fault, .recurrence = recurrence,
				   .ignored = { .arena = fault->arena } };
	char *rest = unescape(fault->arena, text);

	unfold(rest);
	for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
		blanks_cut(line);
		if (line[0] != '\0' && !line_read(&reading, line))
			return false;
	}
	if (reading.depth > 0)
		return pattern_refuse(fault, "END:%.20s is missing",
				      reading.open[reading.depth - 1]);
	if (reading.events == 0)
		return pattern_refuse(fault, "there is no VEVENT");
	if (recurrence->count == 0)
		return pattern_refuse(fault, "there is no RRULE in the VEVENT");
	recurrence->ignored = reading.ignored.data;
	return zones_check(&reading);
}
