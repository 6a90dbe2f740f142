/* The shared nouns of a request: what came in, who asks, what goes out, what went wrong. */
#ifndef PERMAFROST_BASE_REQ_H
#define PERMAFROST_BASE_REQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/caller.h"

struct arena;
struct json_object;
struct resource;
struct route;

enum service { SERVICE_BACKUP, SERVICE_DATA_PROTECT, SERVICE_IDENTITY,
	       SERVICE_METRICS };

enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_HEAD,
	      METHOD_OPTIONS, METHOD_OTHER };

#define WORDS_MAX 4   /* path variables of one route, the project included */

/* One word caught on the way through the path, percent-decoded. */
struct word {
	const char *name;
	const char *value;
};

/* What goes out: head, text or the pieces of `next` joined by ", ", tail. */
struct reply {
	int status;
	const char *content_type;    /* default application/json */
	const char *text;            /* the body; NULL for none */
	size_t len;
	const char *allow;           /* header values; NULL for none */
	const char *subject_token;
	const char *vary;
	const char *authenticate;    /* WWW-Authenticate, of a 401 */
	int retry_after;             /* seconds; 0 for none */
	const char *head;
	const char *tail;
	/* 1: a piece, 0: no more, -1: broken off */
	int (*next)(void *source, const char **piece, size_t *len);
	void *source;
};

struct problem {
	int status;
	const char *title;
	const char *description;
};

struct req {
	struct arena *arena;

	enum service service;
	enum method method;
	const char *method_name;
	const char *mount;           /* what nginx cut off before the API: "" or "/identity" */
	const char *path;            /* still encoded, below the mount, without the query */
	const char *query;           /* the text after '?', or "" */
	const char *accept;          /* header values, or NULL */
	const char *content_type;
	const char *token;           /* X-Auth-Token */
	const char *service_token;   /* X-Service-Token */
	const char *subject_token;   /* X-Subject-Token */
	const char *remote_addr;
	const char *scheme, *host;
	char request_id[48];
	const char *body_text;       /* raw body; NULL when there is none */
	size_t body_len;
	bool is_secret;              /* it may hold a password: wiped when the request ends */

	const char *doing;           /* the step, for the log */
	int api_version;             /* of the matched mount: 1, 2, 3; 0 outside a version */
	const struct resource *resource;
	const struct route *route;
	size_t row;                  /* its number in the table; 0: none fitted */
	struct word words[WORDS_MAX];
	size_t word_count;

	struct caller caller;        /* set by identify; zero on public routes */
	bool is_privileged;          /* by policy: may see documents of every project */

	struct json_object *body;    /* set by validate; NULL when absent or null */
	const char *trust_id;        /* of Keystone: that of what is written, or by which an engine
					acts for a user; NULL for none */

	struct reply reply;
	struct problem problem;
};

/* The value of a path variable such as "job_id"; NULL if the route has none of that name. */
const char *req_word(const struct req *rq, const char *name);

/* Whose documents a request sees. */
struct scope {
	const char *project;         /* NULL: those of every project, where policy granted it */
	const char *owner;           /* NULL: those of whoever made them */
};

/* Those of the project; in Freezer v1 only the caller's own (spec freezer-v1-v2 2.11). */
struct scope req_scope(const struct req *rq);

const char *req_owner(const struct req *rq);
bool req_is_v1(const struct req *rq);   /* does it speak Freezer API v1? */

/* The project of the path, else (v1) the caller's; NULL when there is neither. */
const char *req_project(const struct req *rq);

/*
 * A query parameter's last value, decoded, in the arena; NULL when absent, "" when empty, and as it
 * came in when it can't be decoded.
 * Names repeat: the last one counts (spec freezer-v1-v2 2.9).
 */
const char *req_parameter(struct req *rq, const char *name);

/* Percent-decode `len` bytes into the arena ('+' is a space when `form`); NULL on a bad escape,
 * a NUL, or what is not UTF-8 then. */
const char *req_decode(struct arena *arena, const char *text, size_t len, bool form);

/*
 * Refuse the request: status, the status' usual title (freezer-v1-v2 2.6) and a description that
 * says what was wrong and where. Returns false, so that a refusal is one line. The last one stands.
 */
bool problem(struct req *rq, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool problem_titled(struct req *rq, int status, const char *title, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#ifdef __clang_analyzer__   /* it reads file by file and can't see that these return false */
#define problem(...) ((void)problem(__VA_ARGS__), false)
#define problem_titled(...) ((void)problem_titled(__VA_ARGS__), false)
#endif

/* Answer with JSON text that lives at least as long as the request; returns true. */
bool reply_json(struct req *rq, int status, const char *text);

/* Answer with a value, printed compactly; returns true. */
bool reply_value(struct req *rq, int status, struct json_object *value);

/* Answer 204 or another status without a body; returns true. */
bool reply_empty(struct req *rq, int status);

#endif
