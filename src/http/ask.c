/* A worker asked as nginx asks it: one request over FastCGI, on a connection of its own. */
#include "config.h"

#include "http/http.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"

#define ANSWER_MAX ((size_t)1 << 20)   /* a worker that says more is none of ours */
#define REQUEST_ID 1
#define SHORT_LENGTH_MAX 127           /* longer ones take four bytes */

/* ---- what we say ---------------------------------------------------------------------------- */

static void record_start(struct text *out, int type, size_t len)
{
	const FCGI_Header header = {
		.version = FCGI_VERSION_1, .type = (unsigned char)type, .requestIdB0 = REQUEST_ID,
		.contentLengthB1 = (unsigned char)(len >> 8), .contentLengthB0 = (unsigned char)len,
	};

	text_add(out, (const char *)&header, sizeof(header));
}

static void length_add(struct text *out, size_t len)
{
	const unsigned char wide[] = {
		(unsigned char)(0x80 | len >> 24), (unsigned char)(len >> 16),
		(unsigned char)(len >> 8), (unsigned char)len,
	};

	if (len <= SHORT_LENGTH_MAX)
		text_add(out, (const char *)&wide[3], 1);
	else
		text_add(out, (const char *)wide, sizeof(wide));
}

static struct text request_build(struct arena *arena, const struct http_word *words)
{
	const FCGI_BeginRequestBody begin = { .roleB0 = FCGI_RESPONDER };
	struct text out = { .arena = arena }, params = { .arena = arena };

	for (; words->name != NULL; words++) {
		length_add(&params, strlen(words->name));
		length_add(&params, strlen(words->value));
		text_puts(&params, words->name);
		text_puts(&params, words->value);
	}
	record_start(&out, FCGI_BEGIN_REQUEST, sizeof(begin));
	text_add(&out, (const char *)&begin, sizeof(begin));
	record_start(&out, FCGI_PARAMS, params.len);
	text_add(&out, params.data, params.len);
	record_start(&out, FCGI_PARAMS, 0);
	record_start(&out, FCGI_STDIN, 0);
	return out;
}

/* ---- what it says --------------------------------------------------------------------------- */

/* The standard output of what came in; true once the record that ends the request is there. */
static bool answer_join(const struct text *in, struct text *answer)
{
	size_t at = 0;

	*answer = (struct text){ .arena = in->arena };
	while (in->len - at >= FCGI_HEADER_LEN) {
		const unsigned char *head = (const unsigned char *)in->data + at;
		size_t len = (size_t)head[4] << 8 | head[5];
		if (in->len - at < FCGI_HEADER_LEN + len + head[6])
			return false;
		if (head[1] == FCGI_END_REQUEST)
			return true;
		if (head[1] == FCGI_STDOUT)
			text_add(answer, in->data + at + FCGI_HEADER_LEN, len);
		at += FCGI_HEADER_LEN + len + head[6];
	}
	return false;
}

static int status_of(const char *answer)
{
	static const char name[] = "Status: ";

	if (answer == NULL || strncmp(answer, name, sizeof(name) - 1) != 0)
		return 0;
	return (int)strtol(answer + sizeof(name) - 1, NULL, 10);
}

/* ---- the connection ------------------------------------------------------------------------- */

static bool fail(struct http_told *told, const char *why)
{
	told->failure = why;
	return false;
}

/* Is it ready before the time is over? */
static bool wait_for(int fd, short events, int64_t until_us, struct http_told *told)
{
	int64_t left = (until_us - clock_monotonic_us()) / 1000;
	struct pollfd wait = { .fd = fd, .events = events };

	if (left > 0 && poll(&wait, 1, (int)left) > 0)
		return true;
	told->is_silent = true;
	return fail(told, "no answer in time");
}

static bool reach(int fd, const char *path, struct http_told *told)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return fail(told, strerror(ENAMETOOLONG));
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return true;
	told->is_silent = errno == EAGAIN;   /* others stand in line, and it is full */
	return fail(told, told->is_silent ? "as many as can wait to be answered" : strerror(errno));
}

static bool talk(int fd, const struct text *request, int64_t until_us, struct text *answer,
		 struct http_told *told)
{
	struct text in = { .arena = request->arena };
	char piece[4096];

	if (send(fd, request->data, request->len, MSG_NOSIGNAL) != (ssize_t)request->len)
		return fail(told, strerror(errno));
	while (in.len < ANSWER_MAX && wait_for(fd, POLLIN, until_us, told)) {
		ssize_t len = read(fd, piece, sizeof(piece));
		if (len <= 0)
			return fail(told, len == 0 ? "the answer broke off" : strerror(errno));
		text_add(&in, piece, (size_t)len);
		if (answer_join(&in, answer))
			return true;
	}
	return told->failure != NULL ? false : fail(told, "the answer does not end");
}

bool http_ask_worker(struct arena *arena, const char *socket_path, const struct http_word *words,
		     int64_t timeout_ms, struct http_told *told)
{
	struct text request = request_build(arena, words), answer;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	*told = (struct http_told){ 0 };
	if (fd < 0)
		return fail(told, strerror(errno));
	bool answered = reach(fd, socket_path, told) &&
			talk(fd, &request, clock_monotonic_us() + timeout_ms * 1000, &answer, told);
	close(fd);
	if (!answered)
		return false;
	told->text = answer.data == NULL ? "" : answer.data;
	told->status = status_of(answer.data);
	return told->status != 0 || fail(told, "the answer is no worker's");
}
