/* The room that knows FastCGI and HTTP: bytes in, a struct req; a reply, bytes out. */
#ifndef PERMAFROST_HTTP_HTTP_H
#define PERMAFROST_HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/req.h"

/*
 * Serve requests from the FastCGI socket on descriptor 0 until SIGTERM or SIGINT, one at a time;
 * a request in progress is finished first. Each request is given to `dispatch`, which leaves a
 * reply or a problem in it; once that is sent, `afterwards` may do what the client need not wait
 * for, with an empty request. Bodies above `body_max` bytes are answered 413.
 * False when the socket can't be used.
 */
bool http_serve(void (*dispatch)(struct req *rq), void (*afterwards)(struct req *rq),
		int64_t body_max);

#endif
