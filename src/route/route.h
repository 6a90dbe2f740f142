/* From a path to a handler, in fixed steps. */
#ifndef PERMAFROST_ROUTE_ROUTE_H
#define PERMAFROST_ROUTE_ROUTE_H

#include <stdbool.h>

#include "base/metrics.h"
#include "base/req.h"
#include "base/resource.h"

/*
 * Look at the schema before the first request, if the database is there: a worker that found its
 * own goes on when the next release's migration is applied, also if it has answered nothing yet.
 */
void route_prepare(void);

/* Walk a request through the steps; afterwards it holds a reply or a problem. */
void dispatch(struct req *rq);

/*
 * Call a route from inside, in the transaction there is: rq holds service, method, path, caller and
 * body (or NULL) as if they had come in, and is believed. False with a problem set.
 */
bool route_call(struct req *rq);

/*
 * Find the route of rq's service, path and method, and the words caught on the way. False with a
 * problem set: 404 (no such path), 405 with Allow (other methods exist), 406 (the client accepts
 * no JSON, and the API has that refusal), 400 (bad percent-encoding). OPTIONS is answered with
 * Allow and no route.
 */
bool route_match(struct req *rq);

/* One row of the route table, and where it is served. */
struct row {
	enum service service;
	int version;                 /* of the API; 0 outside of one */
	const char *mount;           /* what its paths begin with: "/v2/{project_id}" */
	const struct resource *resource;
	const struct route *route;
	size_t number;               /* from 1 on */
};

/* Call look(row, argument) for each row that is served, in the order of the table. */
void route_each(void (*look)(const struct row *row, void *argument), void *argument);

/* One more than the largest number of a row. */
size_t route_count(void);

/* Count what happens from now on, in the file of that name: see metrics_open(). */
void route_metrics_open(const char *path, enum metrics_program program);

/* "GET", of a method that a route may have. */
const char *route_method_name(enum method method);

/* The file whose presence takes this service out of rotation (freezer-v1-v2 2.13). */
void healthcheck_configure(const char *disable_file);

extern const struct resource route_versions;
extern const struct resource route_v1_home;
extern const struct resource route_home;
extern const struct resource route_healthcheck;
extern const struct resource route_openapi;
extern const struct resource route_metrics;

#endif
