/* What a caller's token opens in the cloud it is from. */
#ifndef PERMAFROST_IDENTITY_CLOUD_H
#define PERMAFROST_IDENTITY_CLOUD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/req.h"

struct json_object;

struct cloud_access {
	struct json_object *catalog;   /* Keystone's list of services; belongs to the request */
	const char *token;             /* the caller's */
	const char *service_token;     /* ours, for X-Service-Token */
};

/*
 * The URL of a service in a catalog: the first of that type with that interface and, unless region
 * is "" or NULL, in that region. NULL: there is none. It lives as long as the catalog.
 */
const char *catalog_find(struct json_object *catalog, const char *type, const char *interface,
			 const char *region);

/*
 * The catalog that Keystone gives the caller, and the tokens to ask its services with, until
 * deadline_us on the monotonic clock. A request without a token acts with rq->trust_id for the user
 * who gave it. False with a problem set: 404 where there is no Keystone, 403 when the token has no
 * catalog or the trust is not there, 503 when Keystone does not answer.
 */
bool identity_cloud(struct req *rq, int64_t deadline_us, struct cloud_access *access);

#endif
