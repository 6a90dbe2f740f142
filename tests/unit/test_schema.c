/* A body against its shape, and the forms of texts. */
#include "config.h"

#include "schema/schema.h"

#include <string.h>

#include "cases.h"
#include "unit.h"

#include "base/arena.h"
#include "base/json.h"

/* ---- the shape of schema.cases -------------------------------------------------------------- */

static const char *const words[] = { "", "start", "stop", NULL };

static const struct field inner_fields[] = {
	{ .name = "id", .kinds = INTEGER, .flags = REQUIRED },
	{ .name = NULL }
};
static const struct shape closed_shape = { .fields = inner_fields, .closed = true };
static const struct shape open_shape = { .fields = inner_fields };

static const struct field fields[] = {
	{ .name = "name", .kinds = STRING, .flags = REQUIRED | NOT_EMPTY },
	{ .name = "count", .kinds = INTEGER },
	{ .name = "ratio", .kinds = NUMBER },
	{ .name = "is_set", .kinds = BOOLEAN },
	{ .name = "list", .kinds = ARRAY },
	{ .name = "any", .kinds = ANY },
	{ .name = "note", .kinds = STRING | NULLABLE },
	{ .name = "word", .kinds = STRING, .words = words },
	{ .name = "year", .kinds = STRING, .format = format_year,
	  .format_text = "a year of four digits" },
	{ .name = "short", .kinds = STRING, .length_max = 5 },
	{ .name = "nested", .kinds = OBJECT, .shape = &closed_shape },
	{ .name = "open", .kinds = OBJECT, .shape = &open_shape },
	{ .name = "items", .kinds = ARRAY, .shape = &closed_shape },
	{ .name = "words", .kinds = ARRAY, .element_kinds = STRING, .words = words },
	{ .name = "years", .kinds = ARRAY, .element_kinds = STRING | INTEGER | NULLABLE,
	  .format = format_year, .format_text = "a year of four digits" },
	{ .name = "secret", .kinds = STRING | OBJECT, .flags = SECRET, .shape = &open_shape,
	  .length_max = 5 },
	{ .name = NULL }
};
static const struct shape shape = { .fields = fields, .closed = true };

/* ---- shapes --------------------------------------------------------------------------------- */

/* The description of the refusal; NULL when `text` passes; "?" when it is no JSON. */
static const char *refusal(struct arena *arena, const char *text, const char *path)
{
	struct req rq = { .arena = arena };
	struct json_object *value;
	struct json_error error;

	if (!json_parse(arena, text, strlen(text), &value, &error))
		return "?";
	bool passed = path == NULL ? schema_check(&rq, value, &shape)
				   : schema_check_at(&rq, value, &shape, path);
	if (passed)
		return rq.problem.status == 0 ? NULL : "passed with a problem";
	return rq.problem.status == 400 ? rq.problem.description : "not 400";
}

static bool judge_shape(char *line)
{
	bool passes = strncmp(line, "ok ", 3) == 0;
	char *text = line + strcspn(line, CASE_BLANKS);
	char *words_of_refusal = strstr(text, "  => ");
	struct arena *arena = arena_new();

	if (words_of_refusal != NULL) {
		*words_of_refusal = '\0';
		words_of_refusal += strlen("  => ");
	}
	const char *found = refusal(arena, text, NULL);
	bool as_told = passes ? found == NULL : found != NULL && words_of_refusal != NULL &&
						strcmp(found, words_of_refusal) == 0;
	if (!as_told)
		printf("#   found: %s\n", found == NULL ? "nothing wrong" : found);
	arena_free(arena);
	return as_told;
}

static void bodies_are_judged_by_their_shape(void)
{
	CU_ASSERT(cases_all_true("schema.cases", judge_shape));
}

static void a_path_goes_before_what_is_wrong(void)
{
	struct arena *arena = arena_new();

	CU_ASSERT_STRING_EQUAL(refusal(arena, "{}", "$.job_actions[2]"),
			       "$.job_actions[2].name is a required property");
	CU_ASSERT_STRING_EQUAL(refusal(arena, "[]", "$.client"),
			       "$.client: an array is not of type object");
	arena_free(arena);
}

/* ---- formats -------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	bool (*holds)(const char *value);
} formats[] = {
	{ "word", format_word },
	{ "word_or_empty", format_word_or_empty },
	{ "client_id", format_client_id },
	{ "hostname", format_hostname },
	{ "schedule_date", format_schedule_date },
	{ "schedule_interval", format_schedule_interval },
	{ "year", format_year },
};

static char escaped_byte(const char **from)
{
	char digits[3] = "";

	switch (*(*from)++) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'x':
		if (strnlen(*from, 2) < 2)
			break;
		memcpy(digits, *from, 2);
		*from += 2;
		return (char)strtoul(digits, NULL, 16);
	}
	return '\\';
}

static void unescape(char *text)
{
	char *to = text;

	if (strcmp(text, "\"\"") == 0)
		*text = '\0';
	for (const char *from = text; *from != '\0';) {
		if (*from == '\\') {
			from++;
			*to++ = escaped_byte(&from);
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

static bool judge_format(char *line)
{
	bool expected = strcmp(cases_column(&line), "ok") == 0;
	const char *name = cases_column(&line);
	char *value = line + strspn(line, CASE_BLANKS);

	unescape(value);
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(formats[i].name, name) == 0)
			return formats[i].holds(value) == expected;
	return false;
}

static void texts_are_judged_by_their_format(void)
{
	CU_ASSERT(cases_all_true("formats.cases", judge_format));
}

static const struct unit units[] = {
	{ "bodies are judged by their shape", bodies_are_judged_by_their_shape },
	{ "a path goes before what is wrong", a_path_goes_before_what_is_wrong },
	{ "texts are judged by their format", texts_are_judged_by_their_format },
	{ NULL, NULL }
};

int main(void)
{
	return unit_run("schema", units);
}
