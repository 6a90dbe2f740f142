/* Questions to other services over HTTP, through libcurl. */
#include "config.h"

#include "cloud/http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"

#define HEADERS_LENGTH_MAX (64 * 1024UL)   /* of all headers of an answer */
#define CONNECTIONS_MAX 4                /* kept open */

struct http_client {
	struct http_settings settings;
	CURL *curl;
};

/* An answer as it comes in. */
struct reading {
	const struct http_request *request;
	struct http_answer *answer;
	struct text body;
	size_t headers_len;
	size_t body_max;
	bool is_too_long;
};

/* ---- the client ----------------------------------------------------------------------------- */

struct http_client *http_client_new(const struct http_settings *settings)
{
	struct http_client *client = calloc(1, sizeof(*client));

	if (client != NULL && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		client->curl = curl_easy_init();
	if (client == NULL || client->curl == NULL) {
		log_error("libcurl can't be used on this machine");
		free(client);
		return NULL;
	}
	client->settings = *settings;
	return client;
}

void http_client_free(struct http_client *client)
{
	if (client == NULL)
		return;
	curl_easy_cleanup(client->curl);
	free(client);
}

/* ---- what goes out -------------------------------------------------------------------------- */

/* Could this end a header early and begin another? */
static bool is_header_value(const char *value)
{
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;
		if (c < 0x20 || c == 0x7f)
			return false;
	}
	return true;
}

static void list_free(void *list)
{
	curl_slist_free_all(list);
}

/* libcurl's list of headers, owned by the arena. NULL when a value is none. */
static struct curl_slist *headers_list(struct arena *arena, const struct http_request *request)
{
	/* without the empty one, a long body would wait to be asked for */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	if (request->body != NULL)
		list = curl_slist_append(list, "Content-Type: application/json");
	for (size_t n = 0; n < HTTP_HEADERS_MAX; n++) {
		const struct http_header *header = &request->headers[n];
		if (header->value == NULL)
			continue;
		if (!is_header_value(header->value)) {
			curl_slist_free_all(list);
			return NULL;
		}
		list = curl_slist_append(list, arena_printf(arena, "%s: %s", header->name,
							    header->value));
	}
	arena_defer(arena, list_free, list);
	return list;
}

static void method_set(CURL *curl, const struct http_request *request)
{
	if (strcmp(request->method, "HEAD") == 0)
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	if (request->body != NULL)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
}

static void trust_set(CURL *curl, const struct http_settings *settings)
{
	if (settings->cafile != NULL && settings->cafile[0] != '\0')
		curl_easy_setopt(curl, CURLOPT_CAINFO, settings->cafile);
	if (settings->certfile != NULL && settings->certfile[0] != '\0')
		curl_easy_setopt(curl, CURLOPT_SSLCERT, settings->certfile);
	if (settings->keyfile != NULL && settings->keyfile[0] != '\0')
		curl_easy_setopt(curl, CURLOPT_SSLKEY, settings->keyfile);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, settings->insecure ? 0L : 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, settings->insecure ? 0L : 2L);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

static void bounds_set(CURL *curl, const struct http_settings *settings, int64_t timeout_ms)
{
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)settings->connect_timeout_ms);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	/* a name server that hangs does not hold us longer than the timeout */
	curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(curl, CURLOPT_MAXCONNECTS, (long)CONNECTIONS_MAX);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
}

/* ---- what comes in -------------------------------------------------------------------------- */

/* The status line of another answer, as after "100 Continue": what was before does not count. */
static bool is_status_line(const char *line, size_t len)
{
	return len > 5 && strncmp(line, "HTTP/", 5) == 0;
}

static bool is_named(const char *wanted, const char *name, size_t len)
{
	return wanted != NULL && strlen(wanted) == len && strncasecmp(name, wanted, len) == 0;
}

static void header_keep(struct reading *reading, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);

	if (colon == NULL)
		return;
	size_t name = (size_t)(colon - line);
	const char *value = colon + 1, *end = line + len;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' '))
		end--;
	for (size_t n = 0; n < HTTP_HEADERS_MAX; n++) {
		if (is_named(reading->request->wanted[n], line, name))
			reading->answer->headers[n] = arena_strndup(reading->body.arena, value,
								    (size_t)(end - value));
	}
}

static size_t header_read(char *line, size_t size, size_t count, void *argument)
{
	struct reading *reading = argument;
	size_t len = size * count;

	reading->headers_len += len;
	if (reading->headers_len > HEADERS_LENGTH_MAX) {
		reading->is_too_long = true;
		return 0;
	}
	if (is_status_line(line, len))
		memset(reading->answer->headers, 0, sizeof(reading->answer->headers));
	else
		header_keep(reading, line, len);
	return len;
}

static size_t body_read(char *piece, size_t size, size_t count, void *argument)
{
	struct reading *reading = argument;
	size_t len = size * count;

	if (len > reading->body_max - reading->body.len) {
		reading->is_too_long = true;
		return 0;
	}
	text_add(&reading->body, piece, len);
	return len;
}

static bool no_answer(struct http_answer *answer, const char *failure)
{
	answer->failure = failure;
	return false;
}

bool http_ask(struct http_client *client, struct arena *arena, const struct http_request *request,
	      struct http_answer *answer)
{
	char reason[CURL_ERROR_SIZE] = "";
	long status = 0;
	CURL *curl = client->curl;
	struct reading reading = { .request = request, .answer = answer, .body = { .arena = arena },
				   .body_max = client->settings.answer_max };

	*answer = (struct http_answer){ .text = "" };
	if (request->timeout_ms <= 0)
		return no_answer(answer, "no time was left");
	struct curl_slist *headers = headers_list(arena, request);
	if (headers == NULL)
		return no_answer(answer, "a header would hold control characters");
	curl_easy_reset(curl);   /* connections stay open */
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
	curl_easy_setopt(curl, CURLOPT_URL, request->url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, header_read);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reading);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, body_read);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reading);
	method_set(curl, request);
	trust_set(curl, &client->settings);
	bounds_set(curl, &client->settings, request->timeout_ms);
	CURLcode code = curl_easy_perform(curl);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
	if (reading.is_too_long)
		return no_answer(answer, "the answer is too long");
	if (code != CURLE_OK)
		return no_answer(answer, arena_strdup(arena, reason[0] != '\0' ? reason :
						      curl_easy_strerror(code)));
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	answer->status = (int)status;
	answer->text = reading.body.data == NULL ? "" : reading.body.data;
	answer->len = reading.body.len;
	return true;
}
