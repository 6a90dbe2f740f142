/*
 * What nginx sends: lines NAME=VALUE, an empty line, and a body that comes in pieces as long as the first byte
 * says. It is a request or refused, its secrets are wiped behind it, and the head of the answer is ours alone.
 * clang -fsanitize=fuzzer,address,undefined; see tests/fuzz/README.md.
 */
#include "config.h"

#include "http/http_int.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "route/route.h"

#define WORDS_OF_NGINX_MAX 64
#define BODY_MAX 2048
#define ANSWER_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- the streams that libfcgi would have made --------------------------------------------------- */

struct source {
	const unsigned char *rest;
	size_t len, piece_max;
	unsigned char piece[256];
	const struct req *rq;        /* once it is secret, what was taken of a piece is wiped there */
};

static void source_judge(const FCGX_Stream *in)
{
	const struct source *source = in->data;

	if (!source->rq->is_secret)
		return;
	for (const unsigned char *at = source->piece; at < in->rdNext; at++)
		assert(*at == 0);
}

static void source_fill(FCGX_Stream *in)
{
	struct source *source = in->data;
	size_t len = source->len < source->piece_max ? source->len : source->piece_max;

	source_judge(in);
	if (len == 0) {
		in->isClosed = 1;
		return;
	}
	memcpy(source->piece, source->rest, len);
	source->rest += len;
	source->len -= len;
	in->rdNext = source->piece;
	in->stop = source->piece + len;
}

static unsigned char answer[ANSWER_MAX];

static void answer_end(FCGX_Stream *out, int is_over)
{
	assert(is_over);     /* answers of this size fit */
	*out->wrNext = '\0';
}

static void nothing_end(FCGX_Stream *out, int is_over)
{
	(void)out;
	(void)is_over;
}

/* ---- what came of it ---------------------------------------------------------------------------- */

static bool is_header_of_ours(const char *line)
{
	static const char *const names[] = {
		"Status: ", "Content-Type: ", "Content-Length: ", "X-Openstack-Request-Id: req-", "X-Compute-Request-Id: req-",
		"Cache-Control: no-store\r", "Allow: ", "Vary: ", "Retry-After: ",
	};

	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
		if (strncmp(line, names[n], strlen(names[n])) == 0)
			return true;
	return false;
}

/* Lines of ours up to an empty one: nothing that a client sent began another. */
static void judge_answer(const struct req *rq)
{
	const char *line = (const char *)answer;

	assert(strncmp(line, "Status: ", 8) == 0);
	while (strncmp(line, "\r\n", 2) != 0) {
		const char *end = strpbrk(line, "\r\n");
		assert(is_header_of_ours(line) && end != NULL && strncmp(end, "\r\n", 2) == 0);
		line = end + 2;
	}
	assert(rq->method != METHOD_HEAD || line[2] == '\0');
}

static void judge_request(const struct req *rq)
{
	assert(rq->path[0] != '\0' && strchr(rq->path, '?') == NULL);
	assert(rq->body_len <= BODY_MAX && (rq->body_text != NULL) == (rq->body_len > 0));
	assert(rq->token == NULL || rq->token[0] != '\0');
}

static void judge_forgotten(const FCGX_Request *fcgi)
{
	static const char *const tokens[] = { "HTTP_X_AUTH_TOKEN", "HTTP_X_SERVICE_TOKEN", "HTTP_X_SUBJECT_TOKEN" };

	for (size_t n = 0; n < sizeof(tokens) / sizeof(tokens[0]); n++) {
		const char *value = FCGX_GetParam(tokens[n], fcgi->envp);
		assert(value == NULL || value[0] == '\0');
	}
}

static void serve(struct arena *arena, FCGX_Request *fcgi)
{
	struct req rq = { .arena = arena };
	struct source *source = fcgi->in->data;

	source->rq = &rq;
	bool is_read = request_read(&rq, fcgi, BODY_MAX);

	assert(strncmp(rq.request_id, "req-", 4) == 0 && strlen(rq.request_id) == 40);
	source_judge(fcgi->in);
	if (is_read)
		judge_request(&rq);
	else
		assert(rq.problem.status == 400 || rq.problem.status == 413);
	if (is_read && route_match(&rq) && rq.route != NULL)
		reply_json(&rq, 200, "{}");
	assert(reply_write(&rq, fcgi));
	judge_answer(&rq);
	request_forget(fcgi);
	judge_forgotten(fcgi);
}

/* The lines as an environment, each a text of its own; what is behind them is the body. */
static const char *environment_read(struct arena *arena, const char *at, char **words)
{
	size_t count = 0;

	while (*at != '\0' && *at != '\n') {
		size_t len = strcspn(at, "\n");
		if (count < WORDS_OF_NGINX_MAX && memchr(at, '=', len) != NULL)
			words[count++] = arena_strndup(arena, at, len);
		at += len + (at[len] == '\n');
	}
	words[count] = NULL;
	return at + (*at == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *arena;
	char *words[WORDS_OF_NGINX_MAX + 1];

	if (size == 0)
		return 0;
	if (arena == NULL)
		arena = arena_new();
	const char *text = arena_strndup(arena, (const char *)data + 1, size - 1);
	const char *body = environment_read(arena, text, words);
	struct source source = {
		.rest = (const unsigned char *)body, .len = size - 1 - (size_t)(body - text),
		.piece_max = data[0] == 0 ? 1 : data[0],
	};
	FCGX_Stream in = { .isReader = 1, .fillBuffProc = source_fill, .data = &source,
			   .rdNext = source.piece, .stop = source.piece };
	FCGX_Stream out = { .wrNext = answer, .stop = answer + ANSWER_MAX - 1, .emptyBuffProc = answer_end };
	FCGX_Stream err = { .emptyBuffProc = nothing_end };
	serve(arena, &(FCGX_Request){ .in = &in, .out = &out, .err = &err, .envp = words });
	arena_reset(arena);
	return 0;
}
