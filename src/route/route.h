/* From a path to a handler, in fixed steps. */
#ifndef PERMAFROST_ROUTE_ROUTE_H
#define PERMAFROST_ROUTE_ROUTE_H

#include <stdbool.h>

#include "base/req.h"
#include "base/resource.h"

/* Walk a request through the steps; afterwards it holds a reply or a problem. */
void dispatch(struct req *rq);

/*
 * Find the route of rq's service, path and method, and the words caught on the way. False with a
 * problem set: 404 (no such path), 405 with Allow (other methods exist), 406 (the client accepts
 * no JSON), 400 (bad percent-encoding). OPTIONS is answered with Allow and no route.
 */
bool route_match(struct req *rq);

/* Call row(mount, resource, route, argument) for each row of the route table. */
void route_each(void (*row)(const char *mount, const struct resource *resource,
			    const struct route *route, void *argument), void *argument);

/* The file whose presence takes this service out of rotation (freezer-v1-v2 2.13). */
void healthcheck_configure(const char *disable_file);

extern const struct resource route_versions;
extern const struct resource route_v1_home;
extern const struct resource route_home;
extern const struct resource route_healthcheck;

#endif
