/* The room that knows FastCGI and HTTP: bytes in, a struct req; a reply, bytes out. */
#ifndef PERMAFROST_HTTP_HTTP_H
#define PERMAFROST_HTTP_HTTP_H

#include <stdint.h>

#include "base/req.h"

enum http_end {
	HTTP_BROKEN,   /* the socket can't be used */
	HTTP_STOPPED,   /* SIGTERM or SIGINT */
	HTTP_RELOAD,   /* SIGHUP: the program is to start anew on the same socket */
};

/*
 * Serve requests from the FastCGI socket on descriptor 0 until a signal ends that, one at a time;
 * a request in progress is finished first. Each request is given to `dispatch`, which leaves a
 * reply or a problem in it; once that is sent, `afterwards` may do what the client need not wait
 * for. Bodies above `body_max` bytes are answered 413.
 */
enum http_end http_serve(void (*dispatch)(struct req *rq), void (*afterwards)(struct req *rq),
			 int64_t body_max);

#endif
