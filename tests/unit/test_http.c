/* Questions to other services: what comes back, and that nothing holds or harms who asks. */
#include "config.h"

#include "cloud/http.h"

#include <CUnit/CUnit.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "server.h"
#include "unit.h"

#define ANSWER_MAX 10000

static struct arena *arena;
static struct http_client *client;
static struct http_answer answer;

/* Ask the server; it stands as the test left it. */
static bool ask(struct http_request request)
{
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/v3/thing", server->port);
	if (request.url == NULL)
		request.url = url;
	if (request.method == NULL)
		request.method = "GET";
	if (request.timeout_ms == 0)
		request.timeout_ms = 5000;
	return http_ask(client, arena, &request, &answer);
}

static void says(const char *status, const char *header, const char *body)
{
	server->filler = 0;
	server->delay_ms = 0;
	server->gets = server->posts = 0;
	server_says(server->get, sizeof(server->get), status, header, body);
	server_says(server->post, sizeof(server->post), status, header, body);
}

static int64_t milliseconds_of(struct http_request request)
{
	int64_t start = clock_monotonic_us();

	CU_ASSERT_FALSE(ask(request));
	return (clock_monotonic_us() - start) / 1000;
}

static void answer_is_whole(void)
{
	says("404 Not Found", "X-Subject-Token:  abc ", "{\"a\":1}");
	CU_ASSERT_TRUE_FATAL(ask((struct http_request){
		.wanted = { "Nobody", "x-subject-token" } }));
	CU_ASSERT_EQUAL(answer.status, 404);
	CU_ASSERT_STRING_EQUAL(answer.text, "{\"a\":1}");
	CU_ASSERT_EQUAL(answer.len, 7);
	CU_ASSERT_PTR_NULL(answer.headers[0]);
	CU_ASSERT_STRING_EQUAL(answer.headers[1], "abc");
}

static void question_is_as_told(void)
{
	says("201 Created", "", "");
	CU_ASSERT_TRUE_FATAL(ask((struct http_request){
		.method = "POST", .body = "{\"b\":2}",
		.headers = { { "X-Auth-Token", "secret" }, { "X-Other", NULL } } }));
	CU_ASSERT_EQUAL(answer.status, 201);
	CU_ASSERT_STRING_EQUAL(answer.text, "");
	CU_ASSERT_EQUAL(strncmp(server->heard, "POST /v3/thing HTTP/1.1\r\n", 25), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(server->heard, "\r\nX-Auth-Token: secret\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(server->heard, "\r\nContent-Type: application/json\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(server->heard, "\r\n\r\n{\"b\":2}"));
	CU_ASSERT_PTR_NULL(strstr(server->heard, "X-Other"));
	CU_ASSERT_TRUE_FATAL(ask((struct http_request){ .method = "DELETE" }));
	CU_ASSERT_EQUAL(strncmp(server->heard, "DELETE /v3/thing HTTP/1.1\r\n", 27), 0);
	CU_ASSERT_PTR_NULL(strstr(server->heard, "secret"));
}

static void redirect_is_not_followed(void)
{
	char header[64];

	snprintf(header, sizeof(header), "Location: http://127.0.0.1:%d/else", server->port);
	says("302 Found", header, "");
	CU_ASSERT_TRUE(ask((struct http_request){ .headers = { { "X-Auth-Token", "secret" } } }));
	CU_ASSERT_EQUAL(answer.status, 302);
	CU_ASSERT_EQUAL(server->gets, 1);
}

static void environment_names_no_proxy(void)
{
	says("200 OK", "", "{}");
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	CU_ASSERT_TRUE(ask((struct http_request){ 0 }));
	unsetenv("http_proxy");
}

static void long_answer_is_none(void)
{
	says("200 OK", "", "");
	snprintf(server->get, sizeof(server->get), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
	server->filler = ANSWER_MAX;
	CU_ASSERT_TRUE(ask((struct http_request){ 0 }));
	CU_ASSERT_EQUAL(answer.len, ANSWER_MAX);
	server->filler = 100 * 1024 * 1024;
	CU_ASSERT_FALSE(ask((struct http_request){ 0 }));
	CU_ASSERT_STRING_EQUAL(answer.failure, "the answer is too long");
}

static void slow_answer_is_not_awaited(void)
{
	says("200 OK", "", "{}");
	server->delay_ms = 30000;
	int64_t took = milliseconds_of((struct http_request){ .timeout_ms = 300 });
	CU_ASSERT_TRUE(took >= 250 && took < 20000);
	CU_ASSERT_PTR_NOT_NULL(answer.failure);
	/* whose time is over does not even ask one who would answer */
	says("200 OK", "", "{}");
	CU_ASSERT_FALSE(ask((struct http_request){ .timeout_ms = -1 }));
	CU_ASSERT_TRUE(ask((struct http_request){ 0 }));
	CU_ASSERT_EQUAL(server->gets, 1);
}

static void closed_line_is_a_failure(void)
{
	says("200 OK", "", "{}");
	server->get[0] = ' ';
	CU_ASSERT_FALSE(ask((struct http_request){ 0 }));
	CU_ASSERT_PTR_NOT_NULL(answer.failure);
	/* cut short in the middle of its body */
	snprintf(server->get, sizeof(server->get), "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{");
	CU_ASSERT_FALSE(ask((struct http_request){ 0 }));
}

static void nobody_there_is_a_failure(void)
{
	CU_ASSERT_TRUE(milliseconds_of((struct http_request){ .url = "http://127.0.0.1:1/",
							      .timeout_ms = 30000 }) < 20000);
	CU_ASSERT_PTR_NOT_NULL(answer.failure);
	CU_ASSERT_FALSE(ask((struct http_request){ .url = "file:///etc/passwd" }));
	CU_ASSERT_FALSE(ask((struct http_request){ .url = "ftp://127.0.0.1/" }));
	CU_ASSERT_FALSE(ask((struct http_request){ .url = "" }));
}

static void header_holds_no_other(void)
{
	says("200 OK", "", "{}");
	CU_ASSERT_FALSE(ask((struct http_request){ .headers = { { "X-Auth-Token", "a\r\nX-B: c" } } }));
	CU_ASSERT_FALSE(ask((struct http_request){ .headers = { { "X-Auth-Token", "a\nb" } } }));
	CU_ASSERT_EQUAL(server->gets, 0);
}

int main(void)
{
	static const struct unit units[] = {
		{ "an answer has its status, its body and the wanted headers", answer_is_whole },
		{ "a question has the method, headers and body it was given", question_is_as_told },
		{ "no redirect is followed", redirect_is_not_followed },
		{ "no proxy of the environment is used", environment_names_no_proxy },
		{ "an answer that is too long is none", long_answer_is_none },
		{ "an answer is waited for as long as was said", slow_answer_is_not_awaited },
		{ "a line that closes early is a failure", closed_line_is_a_failure },
		{ "where nobody is or nothing is spoken is a failure", nobody_there_is_a_failure },
		{ "a header's value begins no other header", header_holds_no_other },
		{ 0 }
	};

	if (!server_start())
		return EXIT_FAILURE;
	arena = arena_new();
	client = http_client_new(&(struct http_settings){ .connect_timeout_ms = 1000,
							  .answer_max = ANSWER_MAX });
	int status = unit_run("http", units);
	http_client_free(client);
	arena_free(arena);
	server_stop();
	return status;
}
