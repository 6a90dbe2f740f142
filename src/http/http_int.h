/* What the files of the http room share. */
#ifndef PERMAFROST_HTTP_HTTP_INT_H
#define PERMAFROST_HTTP_HTTP_INT_H

#include <fcgiapp.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/req.h"
#include "http/http.h"

/* One enumerator per row of params.def. */
enum param {
#define PARAM(name, loss) PARAM_##name,
#include "http/params.def"
#undef PARAM
	PARAM_COUNT
};

/*
 * Fill `rq` from what nginx sent and read the body. False with a problem set when the request
 * can't be understood: body too large (413), length missing or cut short (400).
 */
bool request_read(struct req *rq, const FCGX_Request *fcgi, int64_t body_max);

/* Overwrite the tokens of a request that is answered: libfcgi frees them as they are. What
 * request_read() made of them is void then. */
void request_forget(const FCGX_Request *fcgi);

/* Write the reply, or the problem when there is one, to its end. False when the client is gone or
 * the reply broke off. */
bool reply_write(struct req *rq, FCGX_Request *fcgi);

#endif
