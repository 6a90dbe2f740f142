/* What can be protected, live: servers, volumes and images of the caller's cloud, its project, and
 * the machines registered as clients (spec data-protection-v1 3.1, 5.3). */
#ifndef PERMAFROST_PROTECTABLE_PROTECTABLE_H
#define PERMAFROST_PROTECTABLE_PROTECTABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/req.h"

struct cloud;
struct json_object;

/* How the services of the cloud are asked; strings must outlive the room. */
struct cloud_settings {
	const char *region;          /* of the catalog; "" for any */
	const char *interface;       /* "public", "internal" or "admin" */
	int64_t request_timeout;     /* seconds that one request spends on all of them */
	const char *cafile;
	bool insecure;
};

/* Once, before the first request. False with the reason logged. */
bool protectable_configure(const struct cloud_settings *settings);

/* Which part of a list. */
struct instance_page {
	int64_t limit;               /* as many at most */
	const char *marker;          /* id after which it begins; NULL: from the start */
	const char *next;            /* set: id of the last one when there are more, else NULL */
};

/*
 * The instances of a type, each {"id", "type", "name", "extra_info", "dependent_resources"}, as an
 * array that belongs to the request. False with a problem set: 404 where the cloud has no such
 * service or the marker is unknown, 403 where the service refuses the caller, 503 where it does
 * not answer in time. `type` is one of protectable_types().
 */
bool protectable_list(struct req *rq, const char *type, struct instance_page *page,
		      struct json_object **instances);

/* One instance. False with a problem set; 404 also for one whose state excludes it. */
bool protectable_show(struct req *rq, const char *type, const char *id,
		      struct json_object **instance);

/* For many questions of one request about the cloud: what it told is not asked again, and all of
 * them together take no longer than request_timeout. It lives as long as the request. */
struct cloud *protectable_cloud(struct req *rq);

/*
 * What belongs to an instance, each {"id", "type", "name", "extra_info"}, as an array that belongs
 * to the request. False with a problem set, as protectable_show() has it, and 400 when it is more
 * than one request looks at.
 */
bool protectable_dependent(struct cloud *cloud, const char *type, const char *id,
			   struct json_object **dependent);

#endif
