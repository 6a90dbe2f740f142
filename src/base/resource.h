/* The shared nouns of an API: a resource, its routes, and what a body must look like. */
#ifndef PERMAFROST_BASE_RESOURCE_H
#define PERMAFROST_BASE_RESOURCE_H

#include "base/req.h"

#include <assert.h>
#include <stdbool.h>

/* JSON kinds a field may have; or them together. */
enum kinds {
	STRING = 1 << 0,
	INTEGER = 1 << 1,
	NUMBER = 1 << 2,     /* integers included */
	BOOLEAN = 1 << 3,
	OBJECT = 1 << 4,
	ARRAY = 1 << 5,
	NULLABLE = 1 << 6,   /* null is fine too */
	ANY = 1 << 7,
};

enum field_flags {
	REQUIRED = 1 << 0,
	NOT_EMPTY = 1 << 1,  /* a string of at least one character */
	SECRET = 1 << 2,     /* a refusal does not say the value back */
};

struct map;

/* One named member of an object. A row without a name ends the list. */
struct field {
	const char *name;
	unsigned kinds;
	unsigned flags;
	const struct shape *shape;          /* OBJECT: its members; ARRAY: of each element, which
					       then must be an object */
	const char *const *words;           /* STRING: the only values allowed, NULL-terminated */
	bool (*format)(const char *value);  /* STRING: false when malformed */
	const char *format_text;            /* what the value should have been: "a host name" */
	size_t length_max;                  /* STRING: characters; 0 for no limit */
	unsigned element_kinds;             /* ARRAY of scalars: their kinds, with words/format */
};

/* Members that bring their own names. */
struct map {
	struct field value;                 /* what each must be; its name does not matter */
	bool (*key_format)(const char *key);
	const char *key_text;               /* what a name should have been */
};

/* An object: its named members, and whether others may stand beside them. */
struct shape {
	const struct field *fields;
	bool closed;                        /* unknown members are refused */
	const struct map *map;              /* unknown members are a map's; NULL: they may be
					       anything, unless closed */
	const char *sample;                 /* a JSON text that fits, for the API's description */
	const char *wrapper;                /* what is shown: the name under which a document of it
					       stands alone in a reply; NULL: it is the reply */
	const char *items;                  /* the name of a list of them; NULL: the resource's */
};

/* rule of a route that needs no token, and of one that any valid token may use */
#define RULE_PUBLIC "@public"
#define RULE_AUTHENTICATED "@authenticated"

enum route_flags {
	SEARCHES = 1 << 0,     /* a list: optional search body, limit, offset, marker */
	BODY_OPTIONAL = 1 << 1,  /* an absent, empty or {} body is {} instead of 400 */
	SINGLE_STATEMENT = 1 << 2,  /* the handler's one statement is its own transaction */
	ANY_ACCEPT = 1 << 3,   /* answers whatever Accept says */
	NO_DATABASE = 1 << 4,  /* answers without asking PostgreSQL anything */
	ONLY_V1 = 1 << 5,      /* of a resource that two API versions serve: not in the other */
	ONLY_V2 = 1 << 6,
	SHOWS = 1 << 7,        /* a write that is answered with the document itself */
	TELLS = 1 << 8,        /* answered with an object that is no document */
	OWN_TRANSACTION = 1 << 9,  /* the handler begins it, after asking elsewhere */
};

/* Flags that share a bit would be less in one word than in a sum. */
static_assert((SEARCHES | BODY_OPTIONAL | SINGLE_STATEMENT | ANY_ACCEPT | NO_DATABASE | ONLY_V1 |
	       ONLY_V2 | SHOWS | TELLS | OWN_TRANSACTION) ==
	      SEARCHES + BODY_OPTIONAL + SINGLE_STATEMENT + ANY_ACCEPT + NO_DATABASE + ONLY_V1 +
	      ONLY_V2 + SHOWS + TELLS + OWN_TRANSACTION, "each flag of a route has its own bit");

struct route {
	enum method method;
	const char *path;                   /* below the mount: "/jobs/{job_id}/event" */
	const char *rule;                   /* policy rule, e.g. "jobs:event:create" */
	bool (*handle)(struct req *rq);
	const struct shape *body;           /* NULL: a body is neither read nor parsed */
	unsigned flags;
	int status;                         /* of success; 0: it depends */
};

struct resource {
	const char *name;                   /* as the API says it, plural: "jobs" */
	const struct route *routes;         /* a row without a path ends the list */
	const char *id;                     /* its documents' member: "job_id" */
	const struct shape *shown;          /* its documents as shown; NULL: it has none */
};

#endif
