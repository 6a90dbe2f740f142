/* The services of a caller's cloud, asked for one request. */
#ifndef PERMAFROST_PROTECTABLE_CLOUD_H
#define PERMAFROST_PROTECTABLE_CLOUD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/req.h"
#include "identity/cloud.h"

struct json_object;

#define CLOUD_PAGE 200         /* documents asked for at once */
#define CLOUD_LIST_MAX 1000    /* of one kind that a request looks at for a list */
#define CLOUD_GRAPH_MAX 10000  /* and for a graph, which must not lack any */

/* The services that one request asks; zero but for rq and list_max. */
struct cloud {
	struct req *rq;
	int64_t list_max;                /* documents of one kind that are looked at */
	int64_t deadline_us;             /* monotonic; set at the first question */
	bool is_open;
	bool is_cut;                     /* a list was longer than is looked at */
	struct cloud_access access;
	struct json_object *servers;     /* by id, what is needed of those that a list told of */
	struct json_object *volumes;     /* of volumes_by_server(); NULL: not asked yet */
	struct json_object *images;      /* by id, null for those that are gone */
};

enum cloud_service { CLOUD_COMPUTE, CLOUD_VOLUME, CLOUD_IMAGE };

/* Has the caller's catalog that service? False with a problem set when it can't be told. */
bool cloud_has(struct cloud *cloud, enum cloud_service service, bool *has);

/*
 * GET a path of a service: *body belongs to the request, and is NULL when the answer was 404.
 * False with a problem set: 404 when the catalog has no such service, 403 when it refuses the
 * caller, 503 when it gives no sensible answer in time.
 */
bool cloud_get(struct cloud *cloud, enum cloud_service service, const char *path,
	       struct json_object **body);

/* A text as one segment or value of a URL, percent-encoded, in the request's arena. */
const char *cloud_encode(struct cloud *cloud, const char *text);

/*
 * Walk a list page by page: path?limit=N&marker=ID until a page is not full, list_max
 * documents were seen (then cloud->is_cut), or take() is false. take() gets each document; false
 * ends the walk without being a failure. `marker` is where it begins; NULL: at the start.
 */
struct cloud_walk {
	enum cloud_service service;
	const char *path;                /* "/servers/detail" */
	const char *items;               /* member that holds the documents */
	const char *marker;
	bool (*take)(struct json_object *document, void *argument);
	void *argument;
};
bool cloud_walk(struct cloud *cloud, const struct cloud_walk *walk);

#endif
