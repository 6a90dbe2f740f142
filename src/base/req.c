/* Questions about a request, and the one-line ways to answer or refuse it. */
#include "config.h"

#include "base/req.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/utf8.h"

/* ---- what came in --------------------------------------------------------------------------- */

const char *req_word(const struct req *rq, const char *name)
{
	for (size_t n = 0; n < rq->word_count; n++) {
		if (strcmp(rq->words[n].name, name) == 0)
			return rq->words[n].value;
	}
	return NULL;
}

const char *req_project(const struct req *rq)
{
	const char *project = req_word(rq, "project_id");
	return project != NULL ? project : rq->caller.project_id;
}

bool req_is_v1(const struct req *rq)
{
	return rq->service == SERVICE_BACKUP && rq->api_version == 1;
}

const char *req_owner(const struct req *rq)
{
	return req_is_v1(rq) ? rq->caller.user_id : NULL;
}

struct scope req_scope(const struct req *rq)
{
	return (struct scope){ .project = req_project(rq), .owner = req_owner(rq) };
}

/* A hexadecimal digit's value; -1 for another character. */
static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_utf8(const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text;

	for (size_t step; len > 0; at += step, len -= step) {
		step = utf8_length(at, len);
		if (step == 0)
			return false;
	}
	return true;
}

const char *req_decode(struct arena *arena, const char *text, size_t len, bool form)
{
	char *out = arena_alloc(arena, len + 1);
	size_t used = 0;

	for (size_t n = 0; n < len; n++) {
		char c = text[n];
		if (c == '+' && form) {
			c = ' ';
		} else if (c == '%') {
			int high = n + 1 < len ? hex_value(text[n + 1]) : -1;
			int low = n + 2 < len ? hex_value(text[n + 2]) : -1;
			if (high < 0 || low < 0)
				return NULL;
			c = (char)(high << 4 | low);
			n += 2;
		}
		if (c == '\0')
			return NULL;
		out[used++] = c;
	}
	return is_utf8(out, used) ? out : NULL;
}

static bool decodes_to(struct arena *arena, const char *text, size_t len, const char *name)
{
	const char *decoded = req_decode(arena, text, len, true);
	return decoded != NULL && strcmp(decoded, name) == 0;
}

const char *req_parameter(struct req *rq, const char *name)
{
	const char *found = NULL;
	size_t len = 0;

	for (const char *at = rq->query; *at != '\0'; ) {
		size_t pair = strcspn(at, "&");
		size_t key = strcspn(at, "=&");
		if (decodes_to(rq->arena, at, key, name)) {
			found = at + key + (key < pair);
			len = pair - key - (key < pair);
		}
		at += pair + (at[pair] == '&');
	}
	if (found == NULL)
		return NULL;
	const char *value = req_decode(rq->arena, found, len, true);
	return value != NULL ? value : arena_strndup(rq->arena, found, len);
}

bool req_has_role(const struct caller *caller, const char *role)
{
	for (size_t n = 0; n < caller->role_count; n++) {
		if (strcasecmp(caller->roles[n], role) == 0)
			return true;
	}
	return false;
}

/* ---- refusing ------------------------------------------------------------------------------- */

/* The titles that clients know (spec freezer-v1-v2 2.6). */
static const char *title_of(int status)
{
	static const struct {
		int status;
		const char *title;
	} titles[] = {
		{ 400, "Bad request format" },
		{ 401, "Unauthorized" },
		{ 403, "Access Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Bad Method" },
		{ 406, "406 Not Acceptable" },
		{ 409, "Document already existing" },
		{ 413, "Request Entity Too Large" },
		{ 422, "Unprocessable Entity" },
		{ 429, "Too Many Requests" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
		{ 753, "Malformed JSON" },
	};

	for (size_t n = 0; n < sizeof(titles) / sizeof(titles[0]); n++) {
		if (titles[n].status == status)
			return titles[n].title;
	}
	return "Error";
}

__attribute__((format(printf, 4, 0)))
static bool problem_set(struct req *rq, int status, const char *title, const char *format,
			va_list args)
{
	rq->problem = (struct problem){
		.status = status, .title = title,
		.description = arena_vprintf(rq->arena, format, args),
	};
	return false;
}

bool (problem)(struct req *rq, int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	bool refused = problem_set(rq, status, title_of(status), format, args);
	va_end(args);
	return refused;
}

bool (problem_titled)(struct req *rq, int status, const char *title, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	bool refused = problem_set(rq, status, title, format, args);
	va_end(args);
	return refused;
}

/* ---- answering ------------------------------------------------------------------------------ */

bool reply_json(struct req *rq, int status, const char *text)
{
	rq->reply.status = status;
	rq->reply.text = text;
	rq->reply.len = strlen(text);
	return true;
}

bool reply_value(struct req *rq, int status, struct json_object *value)
{
	return reply_json(rq, status, json_text(rq->arena, value));
}

bool reply_empty(struct req *rq, int status)
{
	rq->reply.status = status;
	rq->reply.text = NULL;
	rq->reply.len = 0;
	return true;
}
