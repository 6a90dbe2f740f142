/* The ground everyone stands on: memory, text, ids, the log, requests. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/req.h"
#include "base/text.h"

static struct arena *arena;

/* ---- arena ---------------------------------------------------------------------------------- */

static char undone[8];

static void undo_note(void *thing)
{
	strncat(undone, thing, 1);
}

static void test_arena_zeroed_and_aligned(void)
{
	static const size_t sizes[] = { 0, 1, 7, 16, 1000, 4095, 4096, 5000, 20000, 3 };

	for (int round = 0; round < 3; round++) {
		for (size_t n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
			unsigned char *piece = arena_alloc(arena, sizes[n]);
			CU_ASSERT_EQUAL((uintptr_t)piece % _Alignof(max_align_t), 0);
			for (size_t at = 0; at < sizes[n]; at++)
				CU_ASSERT_EQUAL_FATAL(piece[at], 0);
			memset(piece, 0xaa, sizes[n]);
		}
		arena_reset(arena);
	}
}

static void test_arena_pieces_apart(void)
{
	unsigned char *pieces[500];

	for (size_t n = 0; n < 500; n++) {
		pieces[n] = arena_alloc(arena, n + 1);
		memset(pieces[n], (int)(n & 0xff), n + 1);
	}
	for (size_t n = 0; n < 500; n++) {
		CU_ASSERT_EQUAL(pieces[n][0], (n & 0xff));
		CU_ASSERT_EQUAL(pieces[n][n], (n & 0xff));
	}
}

static void test_arena_undo_order(void)
{
	undone[0] = '\0';
	arena_defer(arena, undo_note, (char[]){ "a" });
	arena_defer(arena, undo_note, (char[]){ "b" });
	arena_defer(arena, undo_note, (char[]){ "c" });
	arena_reset(arena);
	CU_ASSERT_STRING_EQUAL(undone, "cba");
	arena_reset(arena);
	CU_ASSERT_STRING_EQUAL(undone, "cba");
}

/* Under a sanitizer no piece may be looked at once it was released. */
static void test_arena_secret(void)
{
#ifndef ARENA_EACH_PIECE
	struct arena *secret = arena_new();
	const char *text = arena_strdup(secret, "password");

	arena_reset(secret);
	CU_ASSERT_STRING_EQUAL(text, "password");
	arena_keep_secret(secret);
	arena_reset(secret);
	CU_ASSERT_STRING_EQUAL(text, "");
	CU_ASSERT_EQUAL(text[7], '\0');
	arena_free(secret);
#endif
}

static void test_arena_texts(void)
{
	char *copy = arena_strndup(arena, "permafrost", 5);

	CU_ASSERT_STRING_EQUAL(copy, "perma");
	CU_ASSERT_STRING_EQUAL(arena_strdup(arena, ""), "");
	CU_ASSERT_STRING_EQUAL(arena_printf(arena, "%d-%s", 7, "x"), "7-x");
	CU_ASSERT_EQUAL(strlen(arena_printf(arena, "%9000d", 1)), 9000);
}

/* ---- text ----------------------------------------------------------------------------------- */

static void test_text_grows(void)
{
	struct text text = { .arena = arena };

	for (int n = 0; n < 10000; n++)
		text_printf(&text, "%04d", n);
	CU_ASSERT_EQUAL(text.len, 40000);
	CU_ASSERT_EQUAL(text.data[text.len], '\0');
	CU_ASSERT(memcmp(text.data, "00000001", 8) == 0);
	CU_ASSERT_STRING_EQUAL(text.data + text.len - 8, "99989999");
}

static const char *quoted(const char *string)
{
	struct text text = { .arena = arena };

	text_json_string(&text, string);
	return text.data;
}

static void test_text_json_string(void)
{
	CU_ASSERT_STRING_EQUAL(quoted("a\"b\\c/"), "\"a\\\"b\\\\c/\"");
	CU_ASSERT_STRING_EQUAL(quoted("\n\t\x01\x1f"), "\"\\n\\t\\u0001\\u001f\"");
	CU_ASSERT_STRING_EQUAL(quoted("\xe2\x82\xac"), "\"\xe2\x82\xac\"");
	CU_ASSERT_STRING_EQUAL(quoted("a\xff" "b"), "\"a\xef\xbf\xbd" "b\"");
	CU_ASSERT_STRING_EQUAL(quoted("\xed\xa0\x80"),
			       "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	CU_ASSERT_STRING_EQUAL(quoted("\xe2\x82"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
	CU_ASSERT_STRING_EQUAL(quoted(NULL), "null");
}

static void test_text_hex(void)
{
	char out[7];

	text_hex(out, (const unsigned char *)"\x00\xa5\xff", 3);
	CU_ASSERT_STRING_EQUAL(out, "00a5ff");
}

static void test_text_is_one_of(void)
{
	static const char *const words[] = { "error", "deleted", NULL };

	CU_ASSERT_TRUE(text_is_one_of("deleted", words));
	CU_ASSERT_FALSE(text_is_one_of("Deleted", words));
	CU_ASSERT_FALSE(text_is_one_of("delete", words));
	CU_ASSERT_FALSE(text_is_one_of("", words));
	CU_ASSERT_FALSE(text_is_one_of(NULL, words));
	CU_ASSERT_FALSE(text_is_one_of("error", words + 2));
}

static void test_text_to_int64(void)
{
	static const char *const refused[] = { "", "-", "+", " 1", "1 ", "1x", "0x1", "1.0", "--1",
		"9223372036854775808", "-9223372036854775809", "\xd9\xa1" };
	int64_t value = 0;

	CU_ASSERT(text_to_int64("9223372036854775807", &value) && value == INT64_MAX);
	CU_ASSERT(text_to_int64("-9223372036854775808", &value) && value == INT64_MIN);
	CU_ASSERT(text_to_int64("+007", &value) && value == 7);
	for (size_t n = 0; n < sizeof(refused) / sizeof(refused[0]); n++)
		CU_ASSERT_FALSE(text_to_int64(refused[n], &value));
	CU_ASSERT_EQUAL(value, 7);
}

/* ---- clock ---------------------------------------------------------------------------------- */

static void test_clock_ids(void)
{
	char hex[UUID_HEX_SIZE], other[UUID_HEX_SIZE], dashed[UUID_DASHED_SIZE];

	uuid_hex(hex);
	uuid_hex(other);
	uuid_dashed(dashed);
	CU_ASSERT_EQUAL(strlen(hex), 32);
	CU_ASSERT_EQUAL(strspn(hex, "0123456789abcdef"), 32);
	CU_ASSERT_EQUAL(hex[12], '4');
	CU_ASSERT_NOT_EQUAL(strcmp(hex, other), 0);
	CU_ASSERT_EQUAL(strlen(dashed), 36);
	CU_ASSERT(dashed[8] == '-' && dashed[13] == '-' && dashed[18] == '-' && dashed[23] == '-');
}

static void test_clock_runs(void)
{
	int64_t before = clock_monotonic_us();

	CU_ASSERT(clock_monotonic_us() >= before);
	CU_ASSERT(clock_now() > 1700000000);
}

/* ---- log ------------------------------------------------------------------------------------ */

static char heard[8192];

/* What say() writes to standard error, in `heard`. */
static void hear(void (*say)(void))
{
	int ends[2], saved = dup(STDERR_FILENO);

	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	say();
	dup2(saved, STDERR_FILENO);
	close(saved);
	ssize_t got = read(ends[0], heard, sizeof(heard) - 1);
	close(ends[0]);
	heard[got < 0 ? 0 : got] = '\0';
}

/* As systemd does for a service: the journal is where standard error leads to. */
static void journal_claim(ino_t aside)
{
	struct stat status;
	char stream[64];

	fstat(STDERR_FILENO, &status);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)status.st_dev,
		 (uintmax_t)(status.st_ino + aside));
	setenv("JOURNAL_STREAM", stream, 1);
}

static void say_with_context(void)
{
	const char *doing = "match";

	log_context("req-1", &doing);
	log_error("no %s", "luck");
	doing = "handle";
	log_info("a\n\thint: b\x1b[2J\x7f~\n");
	log_debug("not heard");
	log_context(NULL, NULL);
}

static void say_to_journal(void)
{
	journal_claim(0);
	say_with_context();
}

static void say_aside(void)
{
	journal_claim(1);
	say_with_context();
}

static void test_log_lines(void)
{
	hear(say_to_journal);
	CU_ASSERT_STRING_EQUAL(heard, "<3>req-1 match: no luck\n"
			       "<6>req-1 handle: a;  hint: b?[2J?~\n");
	hear(say_aside);
	CU_ASSERT_PTR_NOT_NULL(strstr(heard, "Z error: req-1 match: no luck\n"));
	unsetenv("JOURNAL_STREAM");
	hear(say_with_context);
	CU_ASSERT_PTR_NOT_NULL(strstr(heard, "Z error: req-1 match: no luck\n"));
}

static void say_much(void)
{
	log_error("%5000d", 1);
}

static void test_log_long(void)
{
	hear(say_much);
	CU_ASSERT(strlen(heard) > 1000 && strlen(heard) <= 2048);
	CU_ASSERT_EQUAL(strchr(heard, '\n'), heard + strlen(heard) - 1);
}

static void say_by_level(void)
{
	log_threshold(LOG_LEVEL_ERROR);
	log_warning("quiet");
	log_threshold(LOG_LEVEL_DEBUG);
	log_debug("loud");
	log_threshold(LOG_LEVEL_INFO);
}

static void line_note(void *taker, enum log_level level, const char *line)
{
	struct text *said = taker;

	text_printf(said, "%d %s|", (int)level, line);
}

static void test_log_divert(void)
{
	struct text said = { .arena = arena };

	log_context("req-1", NULL);
	log_divert(line_note, &said);
	log_warning("mind\nthe %s", "gap");
	log_debug("not heard");
	log_error("ended");
	log_divert(NULL, NULL);
	log_context(NULL, NULL);
	CU_ASSERT_STRING_EQUAL(said.data, "4 mind; the gap|3 ended|");
}

static void test_log_threshold(void)
{
	enum log_level level;

	hear(say_by_level);
	CU_ASSERT_PTR_NULL(strstr(heard, "quiet"));
	CU_ASSERT_PTR_NOT_NULL(strstr(heard, "debug: loud\n"));
	CU_ASSERT(log_level_named("Warning", &level) && level == LOG_LEVEL_WARNING);
	CU_ASSERT_FALSE(log_level_named("chatty", &level));
}

/* ---- requests ------------------------------------------------------------------------------- */

static void test_req_words(void)
{
	struct req rq = { .arena = arena, .caller.project_id = "of-the-caller",
			  .words = { { "job_id", "j1" } }, .word_count = 1 };

	CU_ASSERT_STRING_EQUAL(req_word(&rq, "job_id"), "j1");
	CU_ASSERT_PTR_NULL(req_word(&rq, "client_id"));
	CU_ASSERT_STRING_EQUAL(req_project(&rq), "of-the-caller");
	rq.words[1] = (struct word){ "project_id", "of-the-path" };
	rq.word_count = 2;
	CU_ASSERT_STRING_EQUAL(req_project(&rq), "of-the-path");
}

static void test_req_parameter(void)
{
	struct req rq = { .arena = arena, .query = "limit=1&&a%20b=c+d&empty=&flag&limit=2%30&x=%zz&y=%00"
						   "&eq=a=b" };

	CU_ASSERT_STRING_EQUAL(req_parameter(&rq, "limit"), "20");
	CU_ASSERT_STRING_EQUAL(req_parameter(&rq, "a b"), "c d");
	CU_ASSERT_STRING_EQUAL(req_parameter(&rq, "empty"), "");
	CU_ASSERT_STRING_EQUAL(req_parameter(&rq, "flag"), "");
	CU_ASSERT_STRING_EQUAL(req_parameter(&rq, "x"), "%zz");
	CU_ASSERT_STRING_EQUAL(req_parameter(&rq, "y"), "%00");
	CU_ASSERT_STRING_EQUAL(req_parameter(&rq, "eq"), "a=b");
	CU_ASSERT_PTR_NULL(req_parameter(&rq, "lim"));
	rq.query = "";
	CU_ASSERT_PTR_NULL(req_parameter(&rq, ""));
}

static void test_req_decode(void)
{
	CU_ASSERT_STRING_EQUAL(req_decode(arena, "a%2Fb+c", 7, false), "a/b+c");
	CU_ASSERT_STRING_EQUAL(req_decode(arena, "a+%c3%A9x", 8, true), "a \xc3\xa9");
	CU_ASSERT_STRING_EQUAL(req_decode(arena, "", 0, true), "");
	CU_ASSERT_PTR_NULL(req_decode(arena, "%00", 3, true));
	CU_ASSERT_PTR_NULL(req_decode(arena, "%4", 2, true));
	CU_ASSERT_PTR_NULL(req_decode(arena, "%41", 2, true));
	CU_ASSERT_PTR_NULL(req_decode(arena, "%", 1, true));
	CU_ASSERT_PTR_NULL(req_decode(arena, "%g1", 3, true));
	CU_ASSERT_PTR_NULL(req_decode(arena, "%ff", 3, true));
	CU_ASSERT_PTR_NULL(req_decode(arena, "a%c3", 4, true));
	CU_ASSERT_PTR_NULL(req_decode(arena, "%ed%a0%80", 9, true));
}

static void test_req_roles(void)
{
	struct caller caller = { .roles = { "Member", "reader" }, .role_count = 2 };

	CU_ASSERT_TRUE(req_has_role(&caller, "member"));
	CU_ASSERT_TRUE(req_has_role(&caller, "READER"));
	CU_ASSERT_FALSE(req_has_role(&caller, "admin"));
}

static void test_problem(void)
{
	struct req rq = { .arena = arena };

	CU_ASSERT_FALSE(problem(&rq, 404, "no job with id %s", "j1"));
	CU_ASSERT_EQUAL(rq.problem.status, 404);
	CU_ASSERT_STRING_EQUAL(rq.problem.title, "Not Found");
	CU_ASSERT_STRING_EQUAL(rq.problem.description, "no job with id j1");
	CU_ASSERT_FALSE(problem_titled(&rq, 400, "Invalid parameter", "limit"));
	CU_ASSERT_STRING_EQUAL(rq.problem.title, "Invalid parameter");
	problem(&rq, 753, "x");
	CU_ASSERT_STRING_EQUAL(rq.problem.title, "Malformed JSON");
	problem(&rq, 418, "x");
	CU_ASSERT_STRING_EQUAL(rq.problem.title, "Error");
}

static void test_reply(void)
{
	struct req rq = { .arena = arena };

	CU_ASSERT_TRUE(reply_value(&rq, 201, json_own(arena, json_object_new_string("a/b"))));
	CU_ASSERT_EQUAL(rq.reply.status, 201);
	CU_ASSERT_EQUAL(rq.reply.len, 5);
	CU_ASSERT_STRING_EQUAL(rq.reply.text, "\"a/b\"");
	CU_ASSERT_TRUE(reply_empty(&rq, 204));
	CU_ASSERT_PTR_NULL(rq.reply.text);
	CU_ASSERT_EQUAL(rq.reply.status, 204);
}

static const struct unit units[] = {
	{ "pieces of an arena are zeroed and aligned, also after a reset",
	  test_arena_zeroed_and_aligned },
	{ "pieces of an arena do not overlap", test_arena_pieces_apart },
	{ "what was deferred is undone once, newest first", test_arena_undo_order },
	{ "an arena with secrets overwrites what it releases", test_arena_secret },
	{ "texts in an arena are copies of any length", test_arena_texts },
	{ "a text grows as needed", test_text_grows },
	{ "a quoted JSON string is always valid UTF-8 and escaped", test_text_json_string },
	{ "bytes print as lower-case hexadecimal", test_text_hex },
	{ "a word is found as it is written", test_text_is_one_of },
	{ "only a whole decimal integer that fits is an integer", test_text_to_int64 },
	{ "ids are random version 4 UUIDs", test_clock_ids },
	{ "the monotonic clock does not go back", test_clock_runs },
	{ "one event is one line with request id and step", test_log_lines },
	{ "a long event is cut and still ends its line", test_log_long },
	{ "events above the threshold are dropped", test_log_threshold },
	{ "who diverts the log gets the lines, without what is for the reader of logs",
	  test_log_divert },
	{ "the path's project goes before the caller's", test_req_words },
	{ "of a repeated parameter the last value counts", test_req_parameter },
	{ "a bad escape, an encoded NUL and what is not UTF-8 do not decode", test_req_decode },
	{ "role names compare without case", test_req_roles },
	{ "a problem has the status' title, and the last problem stands", test_problem },
	{ "a reply is a status and perhaps a text", test_reply },
	{ 0 }
};

int main(void)
{
	arena = arena_new();
	int status = unit_run("base", units);
	arena_free(arena);
	return status;
}
