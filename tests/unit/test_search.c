/* The body and the parameters of a list request: what becomes of them, and what is refused. */
#include "store/search.c"

#include <CUnit/CUnit.h>

#include "request.h"
#include "unit.h"

static struct req *rq_with(const char *body)
{
	struct req *rq = request_new((struct req){ 0 });

	rq->body = value_of(rq, body);
	return rq;
}

static bool same_text(const char *got, const char *wanted)
{
	if (got == NULL || wanted == NULL ? got == wanted : strcmp(got, wanted) == 0)
		return true;
	printf("#   got %s\n#   not %s\n", got == NULL ? "NULL" : got,
	       wanted == NULL ? "NULL" : wanted);
	return false;
}

static bool reads_as(const char *body, struct search wanted)
{
	struct search search;

	if (!search_read(rq_with(body), KIND_BACKUPS, &search)) {
		printf("#   %s was refused: %s\n", body, request_of_test.problem.description);
		return false;
	}
	return same_text(search.match, wanted.match) &&
	       same_text(search.match_not, wanted.match_not) &&
	       same_text(search.texts, wanted.texts) &&
	       same_text(search.texts_not, wanted.texts_not) &&
	       same_text(search.time_after, wanted.time_after) &&
	       same_text(search.time_before, wanted.time_before);
}

/* Refused with 400, and the description names the place? */
static bool refused_at(const char *body, const char *place)
{
	struct search search;

	if (search_read(rq_with(body), KIND_BACKUPS, &search)) {
		printf("#   %s was accepted\n", body);
		return false;
	}
	const char *description = request_of_test.problem.description;
	if (request_of_test.problem.status == 400 && strncmp(description, place, strlen(place)) == 0)
		return true;
	printf("#   %s is %d: %s\n", body, request_of_test.problem.status, description);
	return false;
}

#define READS(body, ...) CU_ASSERT_TRUE(reads_as(body, (struct search){ __VA_ARGS__ }))
#define REFUSED(body, place) CU_ASSERT_TRUE(refused_at(body, place))

static void nothing_asked_finds_everything(void)
{
	static const char *const bodies[] = {
		"null", "{}", "{\"match\": []}", "{\"match\": null, \"match_not\": {}}",
		"{\"foo\": [1]}", "{\"match\": [{}, {}]}", "{\"match\": [{\"_all\": \"\"}]}",
		"{\"match\": [{\"_all\": null}]}", "{\"match\": [{\"_all\": \" [ ] \"}]}",
	};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct search search;
		CU_ASSERT_TRUE(search_read(rq_with(bodies[i]), KIND_BACKUPS, &search));
		CU_ASSERT_TRUE(search_is_empty(&search));
	}
}

static void pairs_are_independent_of_their_elements(void)
{
	READS("{\"match\": [{\"a\": 1, \"b\": null}, {\"a\": [2]}], \"match_not\": {\"c\": \"x\"}}",
	      .match = "[{\"k\":\"a\",\"v\":1},{\"k\":\"b\",\"v\":null},{\"k\":\"a\",\"v\":[2]}]",
	      .match_not = "[{\"k\":\"c\",\"v\":\"x\"}]");
}

static void values_and_keys_come_through_unchanged(void)
{
	READS("{\"match\": [{\"a\\\"\\\\\": \"\\u00e4\\n'\"}]}",
	      .match = "[{\"k\":\"a\\\"\\\\\",\"v\":\"\xc3\xa4\\n'\"}]");
	READS("{\"match\": [{\"n\": 1.50}, {\"n\": 9007199254740993}]}",
	      .match = "[{\"k\":\"n\",\"v\":1.50},{\"k\":\"n\",\"v\":9007199254740993}]");
}

static void a_wrapping_search_is_opened_only_when_alone(void)
{
	READS("{\"search\": {\"match\": [{\"a\": 1}]}}", .match = "[{\"k\":\"a\",\"v\":1}]");
	READS("{\"search\": {\"match\": [{\"a\": 1}]}, \"match\": []}", .match = NULL);
	READS("{\"search\": {\"match\": [{\"a\": 1}]}, \"match\": null, \"match_not\": null}",
	      .match = "[{\"k\":\"a\",\"v\":1}]");
	REFUSED("{\"search\": {\"match\": [1]}}", "$.search.match[0] ");
	REFUSED("{\"search\": []}", "$.search ");
}

static void all_is_free_text_unless_it_is_a_list(void)
{
	READS("{\"match\": [{\"_all\": \"Web 1\"}], \"match_not\": [{\"_all\": \"{}\"}]}",
	      .texts = "[\"Web 1\"]", .texts_not = "[\"{}\"]");
	READS("{\"match\": [{\"_all\": \"[{\\\"a\\\": 1}]\"}, {\"_all\": \"[x\"}]}",
	      .match = "[{\"k\":\"a\",\"v\":1}]", .texts = "[\"[x\"]");
	READS("{\"match\": [{\"_all\": \"1e999\"}]}", .texts = "[\"1e999\"]");
}

static void all_may_hold_another_all(void)
{
	READS("{\"match\": [{\"_all\": \"[{\\\"_all\\\": \\\"x\\\"}]\"}]}", .texts = "[\"x\"]");
	REFUSED("{\"match\": [{\"_all\": \"[{\\\"_all\\\": 5}]\"}]}", "$.match[0]._all[0]._all ");
}

static void a_malformed_search_is_refused_by_its_place(void)
{
	REFUSED("{\"match\": \"x\"}", "$.match ");
	REFUSED("{\"match\": 1}", "$.match ");
	REFUSED("{\"match\": [{\"a\": 1}, 1]}", "$.match[1] ");
	REFUSED("{\"match\": [null]}", "$.match[0] ");
	REFUSED("{\"match_not\": [[]]}", "$.match_not[0] ");
	REFUSED("{\"match\": [{\"_all\": 1}]}", "$.match[0]._all ");
	REFUSED("{\"match\": {\"_all\": \"[1]\"}}", "$.match._all[0] ");
	REFUSED("{\"match\": [{\"_all\": \"[1e999]\"}]}", "$.match[0]._all ");
}

static void times_are_integers_or_their_text(void)
{
	READS("{\"time_after\": 5, \"time_before\": \"-7\"}",
	      .time_after = "5", .time_before = "-7");
	READS("{\"time_after\": null}", .time_after = NULL);
	REFUSED("{\"time_after\": 5.0}", "$.time_after ");
	REFUSED("{\"time_after\": \"\"}", "$.time_after ");
	REFUSED("{\"time_before\": true}", "$.time_before ");
	REFUSED("{\"time_before\": 99999999999999999999}", "$.time_before ");
}

static void times_are_a_matter_of_backups_only(void)
{
	struct search search;

	CU_ASSERT_TRUE(search_read(rq_with("{\"time_after\": \"x\"}"), KIND_JOBS, &search));
	CU_ASSERT_TRUE(search_is_empty(&search));
}

/* One row of tests/data/search.cases: "number | verdict | body". What is no object is refused before
 * it gets here. */
static void case_judge(char *line)
{
	char *verdict = strchr(line, '|');
	char *body = verdict == NULL ? NULL : strchr(verdict + 1, '|');

	CU_ASSERT_PTR_NOT_NULL(body);
	if (body == NULL)
		return;
	*body++ = '\0';
	char *remark = strstr(body, "} | ");
	if (remark != NULL)
		remark[1] = '\0';
	if (body[strspn(body, " ")] != '{' || strstr(verdict, "753") != NULL)
		return;
	struct search search;
	bool wanted = strstr(verdict, "400") == NULL;
	if (search_read(rq_with(body), KIND_BACKUPS, &search) != wanted) {
		printf("#   %s is not %s\n", body, wanted ? "accepted" : "refused");
		CU_FAIL("see above");
	}
}

static void the_truth_table_is_read_as_it_says(void)
{
	const char *top = getenv("srcdir");
	char path[4096];
	char line[1024];
	int count = 0;

	snprintf(path, sizeof(path), "%s/tests/data/search.cases", top == NULL ? "." : top);
	FILE *cases = fopen(path, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(cases);
	while (fgets(line, sizeof(line), cases) != NULL) {
		if (line[0] == '#' || line[0] == '\n' || strncmp(line, "document ", 9) == 0)
			continue;
		case_judge(line);
		count++;
	}
	fclose(cases);
	CU_ASSERT_TRUE(count > 100);
}

static bool is_wide(const char *body)
{
	struct search search;

	CU_ASSERT_TRUE_FATAL(search_read(rq_with(body), KIND_BACKUPS, &search));
	return search_is_wide(&search);
}

static void what_can_come_to_reading_all_is_wide(void)
{
	CU_ASSERT_TRUE(is_wide("{\"match_not\": [{\"mode\": \"fs\"}]}"));
	CU_ASSERT_TRUE(is_wide("{\"match\": [{\"mode\": \"fs\"}], \"match_not\": [{\"level\": 1}]}"));
	CU_ASSERT_TRUE(is_wide("{\"match\": [{\"_all\": \"fs\"}]}"));
	CU_ASSERT_TRUE(is_wide("{\"match_not\": [{\"_all\": \"fs\"}]}"));
	CU_ASSERT_TRUE(is_wide("{\"time_after\": 1}"));
	CU_ASSERT_TRUE(is_wide("{\"time_before\": 1}"));
	CU_ASSERT_TRUE(is_wide("{\"match_not\": [{\"job_id\": \"j1\"}]}"));
	CU_ASSERT_TRUE(is_wide("{\"match\": [{\"job_id\": \"\"}], \"match_not\": [{\"level\": 1}]}"));
	CU_ASSERT_TRUE(is_wide("{\"match\": [{\"job_id\": null}], \"match_not\": [{\"level\": 1}]}"));
}

static void what_indexes_answer_and_polls_are_not_wide(void)
{
	CU_ASSERT_FALSE(is_wide("{}"));
	CU_ASSERT_FALSE(is_wide("{\"match\": [{\"mode\": \"fs\"}, {\"level\": 1}]}"));
	CU_ASSERT_FALSE(is_wide("{\"match\": [{\"client_id\": \"node1\"}],"
				" \"match_not\": [{\"status\": \"completed\"}]}"));
	CU_ASSERT_FALSE(is_wide("{\"match\": [{\"_all\": \"fs\"}, {\"session_id\": \"s1\"}]}"));
}

static bool polls_as(const char *body, const char *client, const char *word_not)
{
	struct search search;

	return search_read(rq_with(body), KIND_JOBS, &search) &&
	       same_text(search.client, client) && same_text(search.word_not, word_not);
}

#define POLLS(body, client, word_not) CU_ASSERT_TRUE(polls_as(body, client, word_not))

static void a_poll_is_known_by_its_client(void)
{
	POLLS("{\"match\": [{\"client_id\": \"n1\"}], \"match_not\": [{\"status\": \"completed\"}]}",
	      "n1", "completed");
	POLLS("{\"match\": {\"client_id\": \"n1\"}}", "n1", NULL);
	POLLS("{\"search\": {\"match\": [{\"client_id\": \"n1\"}]}}", "n1", NULL);
	POLLS("{}", NULL, NULL);
	POLLS("{\"match\": []}", NULL, NULL);
	POLLS("{\"match\": [{}]}", NULL, NULL);
	POLLS("{\"match\": [{\"client_id\": 1}]}", NULL, NULL);
	POLLS("{\"match\": [{\"client_id\": \"n1\", \"status\": \"x\"}]}", NULL, NULL);
	POLLS("{\"match\": [{\"client_id\": \"n1\"}, {\"client_id\": \"n1\"}]}", NULL, NULL);
	POLLS("{\"match\": [{\"_all\": \"n1\"}]}", NULL, NULL);
}

static void a_word_equals_nothing_but_itself(void)
{
	POLLS("{\"match_not\": [{\"status\": \"running\"}]}", NULL, "running");
	POLLS("{\"match_not\": [{\"status\": \"true\"}]}", NULL, NULL);
	POLLS("{\"match_not\": [{\"status\": \"false\"}]}", NULL, NULL);
	POLLS("{\"match_not\": [{\"status\": \"1.0\"}]}", NULL, NULL);
	POLLS("{\"match_not\": [{\"status\": \"-1\"}]}", NULL, NULL);
	POLLS("{\"match_not\": [{\"status\": \"\"}]}", NULL, NULL);
	POLLS("{\"match_not\": [{\"status\": null}]}", NULL, NULL);
	POLLS("{\"match_not\": [{\"status\": [\"x\"]}]}", NULL, NULL);
	POLLS("{\"match_not\": [{\"_all\": \"word\"}]}", NULL, NULL);
	POLLS("{\"match_not\": [{\"status\": \"x\"}, {\"status\": \"y\"}]}", NULL, NULL);
}

int main(void)
{
	static const struct unit units[] = {
		{ "a search that asks nothing finds everything", nothing_asked_finds_everything },
		{ "an element with several keys is as good as several elements",
		  pairs_are_independent_of_their_elements },
		{ "keys and values come through unchanged", values_and_keys_come_through_unchanged },
		{ "a wrapping search is opened unless match stands beside it",
		  a_wrapping_search_is_opened_only_when_alone },
		{ "_all is free text unless it is a list in JSON",
		  all_is_free_text_unless_it_is_a_list },
		{ "_all may hold another _all", all_may_hold_another_all },
		{ "a malformed search is 400 and names the place",
		  a_malformed_search_is_refused_by_its_place },
		{ "time bounds are integers or their text", times_are_integers_or_their_text },
		{ "time bounds count for backups only", times_are_a_matter_of_backups_only },
		{ "what can come to reading a whole project is wide",
		  what_can_come_to_reading_all_is_wide },
		{ "what indexes answer and schedulers poll is not",
		  what_indexes_answer_and_polls_are_not_wide },
		{ "a poll is known by its client, and by nothing else beside it",
		  a_poll_is_known_by_its_client },
		{ "a word is a text that equals nothing but itself",
		  a_word_equals_nothing_but_itself },
		{ "the rows of search.cases are accepted or refused as they say",
		  the_truth_table_is_read_as_it_says },
		{ NULL, NULL },
	};
	int status = unit_run("search", units);

	arena_free(request_of_test.arena);
	return status;
}
