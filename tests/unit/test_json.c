/* Strict JSON: what passes, what is refused and why, and that numbers stay exact. */
#include "config.h"

#include "base/json.h"

#include <string.h>

#include "unit.h"

#include "base/arena.h"
#include "base/decimal.h"
#include "base/text.h"

#define CASES "/tests/data/json.cases"

static struct arena *arena;

/* ---- helpers -------------------------------------------------------------------------------- */

static struct json_object *parsed(const char *text)
{
	struct json_object *value = NULL;
	struct json_error error;

	CU_ASSERT(json_parse(arena, text, strlen(text), &value, &error));
	return value;
}

static const char *printed(const char *text)
{
	return json_text(arena, parsed(text));
}

static bool same(const char *a, const char *b)
{
	bool there = json_same(parsed(a), parsed(b));
	CU_ASSERT_EQUAL(there, json_same(parsed(b), parsed(a)));
	return there;
}

static enum json_fault fault_of(const char *text, size_t len, size_t *offset)
{
	struct json_object *value;
	struct json_error error;

	CU_ASSERT_EQUAL(json_parse(arena, text, len, &value, &error), error.fault == JSON_OK);
	CU_ASSERT((error.fault == JSON_OK) == (error.reason == NULL));
	if (offset != NULL)
		*offset = error.offset;
	return error.fault;
}

/* A value that outlives the arena shows what was done to it. */
static void test_strings_wiped(void)
{
	struct arena *secret = arena_new();
	static const char text[] = "{\"a\": {\"b\": [1, true, null, \"\", \"secret \u20ac\"]}}";
	struct json_object *value = NULL;
	struct json_error error;

	CU_ASSERT_TRUE_FATAL(json_parse(secret, text, strlen(text), &value, &error));
	struct json_object *list = json_get(json_get(value, "a"), "b");
	struct json_object *string = json_object_get(json_object_array_get_idx(list, 4));
	json_wipe_later(secret, value);
	json_wipe_later(secret, NULL);
	CU_ASSERT_STRING_EQUAL(json_object_get_string(string), "secret \xe2\x82\xac");
	arena_reset(secret);
	CU_ASSERT_EQUAL(json_object_get_string_len(string), 10);
	for (int n = 0; n < 10; n++)
		CU_ASSERT_EQUAL(json_object_get_string(string)[n], '\0');
	json_object_put(string);
	arena_free(secret);
}

/* ---- the cases ------------------------------------------------------------------------------ */

/* A text of the case file with its <..> written out. */
static struct text expanded(const char *from, const char *to)
{
	struct text out = { .arena = arena };

	text_add(&out, "", 0);
	while (from < to) {
		unsigned value;
		int skip = 0;
		const char *end = memchr(from, '>', (size_t)(to - from));
		/* NOLINTNEXTLINE(bugprone-branch-clone): what begins no <..> stands for itself */
		if (*from != '<' || end == NULL) {
			text_add(&out, from++, 1);
		} else if (sscanf(from, "<%ux%n", &value, &skip) == 1 && skip > 0) {
			while (value-- > 0)
				text_add(&out, from + skip, (size_t)(end - from - skip));
			from = end + 1;
		} else if (sscanf(from, "<%2x>%n", &value, &skip) == 1 && skip == 4) {
			text_add(&out, (const char[]){ (char)value }, 1);
			from += 4;
		} else {
			text_add(&out, from++, 1);
		}
	}
	return out;
}

static const char *const verdicts[] = { [JSON_OK] = "ok", [JSON_SYNTAX] = "syntax",
					[JSON_UNSTORABLE] = "unstorable" };

/* The end of a text that is followed by blanks. */
static const char *end_of(const char *from, const char *to)
{
	while (to > from && to[-1] == ' ')
		to--;
	return to;
}

static bool case_holds(const char *line)
{
	size_t word = strcspn(line, " \n");
	const char *from = line + word + strspn(line + word, " ");
	const char *to = line + strcspn(line, "\n");
	const char *arrow = strstr(line, " => ");
	struct text text = expanded(from, arrow == NULL ? to : end_of(from, arrow));
	struct json_object *value;
	struct json_error error;

	json_parse(arena, text.data, text.len, &value, &error);
	if (strlen(verdicts[error.fault]) != word || memcmp(verdicts[error.fault], line, word) != 0)
		return false;
	if (arrow == NULL || error.fault != JSON_OK)
		return arrow == NULL;
	return strcmp(json_text(arena, value), expanded(arrow + 4, to).data) == 0;
}

static void test_cases(void)
{
	const char *srcdir = getenv("srcdir");
	const char *path = arena_printf(arena, "%s" CASES, srcdir == NULL ? "." : srcdir);
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	int cases = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	while (getline(&line, &room, file) > 0) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		cases++;
		if (case_holds(line))
			continue;
		printf("#   does not hold: %.100s\n", line);
		CU_FAIL("a case of json.cases does not hold");
	}
	CU_ASSERT(cases > 150);
	free(line);
	fclose(file);
}

/* ---- one by one ----------------------------------------------------------------------------- */

static void test_numbers_exact(void)
{
	const char *text = "{\"a\":123456789012345678901234567890,\"b\":1.10,"
			   "\"c\":-9223372036854775809,\"d\":9007199254740993,\"e\":1E5}";

	CU_ASSERT_STRING_EQUAL(printed(text), text);
}

static void test_offset(void)
{
	size_t offset;

	CU_ASSERT_EQUAL(fault_of("[1, x]", 6, &offset), JSON_SYNTAX);
	CU_ASSERT_EQUAL(offset, 4);
	CU_ASSERT_EQUAL(fault_of("{\"a\": \"\\ud800\"}", 15, &offset), JSON_UNSTORABLE);
	CU_ASSERT_EQUAL(offset, 7);
}

/* Every cut of a valid text is read within its bounds; the sanitizer watches. */
static void test_every_cut(void)
{
	static const char text[] = "{\"a\\u00e9\\ud83d\\ude00\": [-1.5e+7, true, null, \"\xe2\x82\xac\"]}";

	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		char *cut = malloc(len + 1);
		CU_ASSERT_PTR_NOT_NULL_FATAL(cut);
		memcpy(cut, text, len);
		CU_ASSERT_EQUAL(fault_of(cut, len, NULL), JSON_SYNTAX);
		free(cut);
	}
	CU_ASSERT_EQUAL(fault_of(text, sizeof(text) - 1, NULL), JSON_OK);
}

static void test_text_not_terminated(void)
{
	char *text = malloc(2);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): that is what is tested */
	memcpy(text, "42", 2);
	CU_ASSERT_EQUAL(fault_of(text, 2, NULL), JSON_OK);
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): that is what is tested */
	memcpy(text, "{}", 2);
	CU_ASSERT_EQUAL(fault_of(text, 2, NULL), JSON_OK);
	free(text);
}

static void test_stored_is_wider(void)
{
	struct text text = { .arena = arena };
	struct json_object *value;
	struct json_error error;

	text_puts(&text, "[1");
	for (int n = 0; n < 400; n++)
		text_puts(&text, "0");
	text_puts(&text, "]");
	CU_ASSERT_FALSE(json_parse(arena, text.data, text.len, &value, &error));
	CU_ASSERT_TRUE(json_parse_stored(arena, text.data, text.len, &value, &error));
	CU_ASSERT_EQUAL(strlen(json_text(arena, value)), text.len);
	CU_ASSERT_FALSE(json_parse_stored(arena, "[NaN]", 5, &value, &error));
}

static void test_stored_is_deeper(void)
{
	char text[2 * JSON_DEPTH_STORED + 2];
	struct json_object *value;
	struct json_error error;

	memset(text, '[', JSON_DEPTH_STORED);
	memset(text + JSON_DEPTH_STORED, ']', JSON_DEPTH_STORED);
	CU_ASSERT_TRUE(json_parse_stored(arena, text, sizeof(text) - 2, &value, &error));
	CU_ASSERT_FALSE(json_parse(arena, text, sizeof(text) - 2, &value, &error));
	memset(text, '[', sizeof(text) / 2);
	memset(text + sizeof(text) / 2, ']', sizeof(text) / 2);
	CU_ASSERT_FALSE(json_parse_stored(arena, text, sizeof(text), &value, &error));
}

static void test_questions(void)
{
	struct json_object *value = parsed("{\"s\":\"x\",\"n\":7,\"z\":null,\"d\":1.5,\"o\":{}}");

	CU_ASSERT_STRING_EQUAL(json_get_string(value, "s"), "x");
	CU_ASSERT_PTR_NULL(json_get_string(value, "n"));
	CU_ASSERT_PTR_NULL(json_get_string(value, "absent"));
	CU_ASSERT_EQUAL(json_get_int(value, "n", -1), 7);
	CU_ASSERT_EQUAL(json_get_int(value, "d", -1), -1);
	CU_ASSERT_EQUAL(json_get_int(value, "s", -1), -1);
	CU_ASSERT_EQUAL(json_get_int(NULL, "s", -1), -1);
	CU_ASSERT_TRUE(json_has(value, "z"));
	CU_ASSERT_FALSE(json_has(value, "absent"));
	CU_ASSERT_FALSE(json_has(NULL, "z"));
	CU_ASSERT_PTR_NULL(json_get(value, "z"));
	CU_ASSERT_PTR_NOT_NULL(json_get(value, "o"));
	CU_ASSERT_PTR_NULL(json_get(parsed("[1]"), "0"));
}

static void test_same(void)
{
	CU_ASSERT_TRUE(same("{\"a\":1,\"b\":[2,{}]}", "{\"b\":[2.0,{}],\"a\":1}"));
	CU_ASSERT_TRUE(same("null", "null"));
	CU_ASSERT_TRUE(same("\"a\\u00e9\"", "\"a\xc3\xa9\""));
	CU_ASSERT_FALSE(same("[1,2]", "[2,1]"));
	CU_ASSERT_FALSE(same("[1]", "[1,1]"));
	CU_ASSERT_FALSE(same("{\"a\":1}", "{\"a\":1,\"b\":null}"));
	CU_ASSERT_FALSE(same("{\"a\":null}", "{\"b\":null}"));
	CU_ASSERT_FALSE(same("1", "true"));
	CU_ASSERT_FALSE(same("\"1\"", "1"));
	CU_ASSERT_FALSE(same("null", "false"));
	CU_ASSERT_FALSE(same("0", "null"));
	CU_ASSERT_FALSE(same("\"ab\"", "\"abc\""));
}

static void test_numbers_same(void)
{
	CU_ASSERT_TRUE(same("1", "1.0"));
	CU_ASSERT_TRUE(same("100", "1e2"));
	CU_ASSERT_TRUE(same("0.001", "1E-3"));
	CU_ASSERT_TRUE(same("-0", "0.000e5"));
	CU_ASSERT_TRUE(same("12.50", "0.125e+2"));
	CU_ASSERT_TRUE(same("9223372036854775808", "9223372036854775808.0"));
	CU_ASSERT_FALSE(same("9007199254740992", "9007199254740993.0"));
	CU_ASSERT_FALSE(same("0.1", "0.1000000000000000055511151231257827"));
	CU_ASSERT_FALSE(same("123456789012345678901234567890", "123456789012345678901234567891"));
	CU_ASSERT_FALSE(same("1", "-1"));
	CU_ASSERT_FALSE(same("1", "10"));
	CU_ASSERT_FALSE(same("1", "11"));
	CU_ASSERT_FALSE(same("101", "1"));
	CU_ASSERT_FALSE(same("0", "1e-300"));
}

static void test_decimal(void)
{
	CU_ASSERT_TRUE(decimal_same("10e-1", "1"));
	CU_ASSERT_TRUE(decimal_same("0e7", "-0.0"));
	CU_ASSERT_TRUE(decimal_same("10203.0", "1.0203E4"));
	CU_ASSERT_FALSE(decimal_same("1.02030", "1.2030"));
	CU_ASSERT_FALSE(decimal_same("0.10", "0.01"));
}

static const struct unit units[] = {
	{ "every case of json.cases holds", test_cases },
	{ "numbers keep their exact digits", test_numbers_exact },
	{ "an error tells the byte at which it was noticed", test_offset },
	{ "a text cut short anywhere is refused", test_every_cut },
	{ "a text needs no terminating NUL", test_text_not_terminated },
	{ "what PostgreSQL writes out may be longer than what a client may send",
	  test_stored_is_wider },
	{ "a stored document may be deeper than a body", test_stored_is_deeper },
	{ "members of the wrong type are as good as absent", test_questions },
	{ "values are the same without regard to key order", test_same },
	{ "numbers are the same by value, not as doubles", test_numbers_same },
	{ "decimals compare without rounding", test_decimal },
	{ "strings of a secret value are wiped where they were parsed", test_strings_wiped },
	{ 0 }
};

int main(void)
{
	arena = arena_new();
	int status = unit_run("json", units);
	arena_free(arena);
	return status;
}
