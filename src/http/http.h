/* The room that knows FastCGI and HTTP: bytes in, a struct req; a reply, bytes out. */
#ifndef PERMAFROST_HTTP_HTTP_H
#define PERMAFROST_HTTP_HTTP_H

#include <stdint.h>

#include "base/req.h"

struct arena;

enum http_end {
	HTTP_BROKEN,   /* the socket can't be used */
	HTTP_STOPPED,   /* SIGTERM or SIGINT */
	HTTP_RELOAD,   /* SIGHUP: the program is to start anew on the same socket */
};

/*
 * Serve requests from the FastCGI socket on descriptor 0 until a signal ends that, one at a time;
 * a request in progress is finished first. Each request is given to `dispatch`, which leaves a
 * reply or a problem in it; once that is sent, `afterwards` may do what the client need not wait
 * for, with an empty request. Bodies above `body_max` bytes are answered 413.
 */
enum http_end http_serve(void (*dispatch)(struct req *rq), void (*afterwards)(struct req *rq),
			 int64_t body_max);

/* What a worker reads of a request: a row of params.def; a row without a name ends them. */
struct http_param {
	const char *name;            /* as FastCGI has it */
	const char *loss;            /* what goes wrong without it */
};
extern const struct http_param http_params[];

/* ---- ask.c: a worker asked as nginx asks it ------------------------------------------------- */

/* One FastCGI parameter to send. */
struct http_word {
	const char *name;
	const char *value;
};

struct http_told {
	int status;                  /* of the answer; 0: it was none */
	const char *text;            /* headers and body, in the arena */
	const char *failure;         /* why there is no answer: "Connection refused" */
	bool is_silent;              /* somebody listens, and does not answer in time */
};

/*
 * Ask a worker on a unix socket; `words` end with a row without a name, all together below 64 kB.
 * Waits `timeout_ms` at most. False with `failure` set when there was no whole answer.
 */
bool http_ask_worker(struct arena *arena, const char *socket_path, const struct http_word *words,
		     int64_t timeout_ms, struct http_told *told);

#endif
