/* The services that a caller's token opens, as Keystone lists them. */
#include "config.h"

#include "identity/cloud.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "identity/keystone.h"

#define CATALOG_RETRY_AFTER 2   /* seconds */

/* ---- a catalog ------------------------------------------------------------------------------ */

static bool endpoint_fits(struct json_object *endpoint, const char *wanted, const char *region)
{
	const char *interface = json_get_string(endpoint, "interface");
	const char *region_id = json_get_string(endpoint, "region_id");

	return interface != NULL && strcmp(interface, wanted) == 0 &&
	       (region == NULL || region[0] == '\0' ||
		(region_id != NULL && strcmp(region_id, region) == 0));
}

const char *catalog_find(struct json_object *catalog, const char *type, const char *interface,
			 const char *region)
{
	for (size_t n = 0; n < json_array_length(catalog); n++) {
		struct json_object *service = json_object_array_get_idx(catalog, n);
		struct json_object *endpoints = json_get(service, "endpoints");
		const char *is = json_get_string(service, "type");
		if (is == NULL || strcmp(is, type) != 0)
			continue;
		for (size_t i = 0; i < json_array_length(endpoints); i++) {
			struct json_object *endpoint = json_object_array_get_idx(endpoints, i);
			if (endpoint_fits(endpoint, interface, region))
				return json_get_string(endpoint, "url");
		}
	}
	return NULL;
}

/* ---- the caller's --------------------------------------------------------------------------- */

static bool away(struct req *rq, const char *reason)
{
	log_error("no catalog can be had from %s: %s", keystone_settings.auth_url, reason);
	rq->reply.retry_after = CATALOG_RETRY_AFTER;
	return problem(rq, 503, "the identity service is not available at the moment");
}

static bool catalog_read(struct req *rq, const struct http_answer *answer,
			 struct cloud_access *access)
{
	struct json_object *body;
	struct json_error error;

	if (answer->status == 401 || answer->status == 403)
		return problem(rq, 403, "the token has no catalog of services");
	if (answer->status != 200 ||
	    !json_parse(rq->arena, answer->text, answer->len, &body, &error))
		return away(rq, "the answer is not Keystone's");
	access->catalog = json_get(body, "catalog");
	return true;
}

static bool service_find(struct req *rq, int64_t deadline_us,
			 const struct keystone_service **service)
{
	const char *failure = "";

	*service = keystone_service(rq->arena, deadline_us, &failure);
	return *service != NULL || away(rq, failure);
}

/* The token of a user who is not there, but gave a trust. */
static bool trust_use(struct req *rq, int64_t deadline_us, const char **token)
{
	const struct keystone_service *service;
	struct http_answer answer;

	if (rq->trust_id == NULL)
		return problem(rq, 403, "there is no trust to ask the cloud with");
	for (int tries = 0; tries < 2; tries++) {
		if (!service_find(rq, deadline_us, &service))
			return false;
		if (!keystone_trust_login(rq->arena, service, rq->trust_id, deadline_us, &answer))
			return away(rq, answer.failure);
		if (answer.status != 401)
			break;
		keystone_service_forget();   /* revoked, or Keystone's keys are new */
	}
	if (answer.status >= 500)
		return away(rq, "a login with a trust is answered with an error");
	*token = answer.headers[KEYSTONE_SUBJECT_TOKEN];
	return (answer.status == 201 && *token != NULL) ||
	       problem(rq, 403, "Keystone no longer takes the trust that the user gave");
}

bool identity_cloud(struct req *rq, int64_t deadline_us, struct cloud_access *access)
{
	const struct keystone_service *service;
	struct http_answer answer;

	if (identity_is_standalone())
		return problem(rq, 404, "this installation is not part of an OpenStack cloud");
	access->token = rq->token;
	if (rq->token == NULL && !trust_use(rq, deadline_us, &access->token))
		return false;
	if (!service_find(rq, deadline_us, &service))
		return false;
	access->service_token = arena_strdup(rq->arena, service->token);
	bool answered = keystone_ask(rq->arena, &(struct keystone_call){
		.method = "GET", .url = arena_printf(rq->arena, "%s/auth/catalog", service->url),
		.token = access->token, .deadline_us = deadline_us,
	}, &answer);
	return answered ? catalog_read(rq, &answer, access) : away(rq, answer.failure);
}
