/*
 * Questions to other services over HTTP, bounded in time and size. The one file that knows libcurl.
 * What goes out may hold tokens and passwords: it is never logged, nor sent anywhere but to the URL
 * that was asked for, neither after a redirect nor through a proxy.
 */
#ifndef PERMAFROST_CLOUD_HTTP_H
#define PERMAFROST_CLOUD_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* How to reach a service; strings must outlive the client, "" or NULL for none. */
struct http_settings {
	const char *cafile;          /* PEM; none: the system's authorities */
	const char *certfile;        /* PEM, ours, for a service that asks who we are */
	const char *keyfile;         /* PEM, of certfile; none: it is in certfile */
	bool insecure;               /* believe any certificate */
	int64_t connect_timeout_ms;
	size_t answer_max;           /* bytes of a body; a longer one is no answer */
};

/* Open connections to services, kept for the next question. One at a time: not for threads. */
struct http_client;

/* NULL, with the reason logged, when libcurl can't be used. The settings are copied. */
struct http_client *http_client_new(const struct http_settings *settings);
/* Close all its connections. NULL is allowed. */
void http_client_free(struct http_client *client);

struct http_header {
	const char *name;
	const char *value;
};

#define HTTP_HEADERS_MAX 8   /* sent, and wanted */

struct http_request {
	const char *method;          /* "GET" */
	const char *url;             /* http:// or https:// */
	struct http_header headers[HTTP_HEADERS_MAX];   /* a row without a value is not sent */
	const char *body;            /* JSON, NUL-terminated; NULL for none */
	int64_t timeout_ms;          /* for all of it; 0 or less fails at once */
	const char *wanted[HTTP_HEADERS_MAX];           /* names of headers of the answer */
};

/* Strings live in the arena of the question. */
struct http_answer {
	int status;                  /* 100 to 599 */
	const char *text;            /* the body, NUL-terminated; "" for none */
	size_t len;
	const char *headers[HTTP_HEADERS_MAX];          /* values of wanted; NULL: not there */
	const char *failure;         /* why there is none, for the log: "Connection refused" */
};

/*
 * Ask, and wait for the whole answer. True with any status, also a redirect, which is not followed.
 * False with `failure` set when there was no answer: nobody there, too slow, too long, a
 * certificate that does not count, or a header value that is none.
 */
bool http_ask(struct http_client *client, struct arena *arena, const struct http_request *request,
	      struct http_answer *answer);

#endif
