/* Who is behind this token: from what was checked not long ago, else from whoever gave it out. */
#include "config.h"

#include "identity/identity.h"
#include "identity/identity_int.h"

#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/metrics.h"
#include "identity/access_rules.h"
#include "identity/keystone.h"
#include "store/queries.h"
#include "store/store.h"

struct identity_settings identity_settings;

static bool with_keystone;

bool identity_configure(const struct identity_settings *settings)
{
	struct keystone_settings keystone;

	identity_settings = *settings;
	if (sodium_init() < 0) {
		log_error("libsodium can't be used on this machine");
		return false;
	}
	if (!keystone_settings_read(&keystone))
		return false;
	with_keystone = keystone.auth_url[0] != '\0';
	return with_keystone ? keystone_configure(&keystone) : store_listen(&sql_identity_listen);
}

bool identity_check(void)
{
	struct keystone_settings keystone;

	return keystone_settings_read(&keystone);
}

bool identity_is_standalone(void)
{
	return !with_keystone;
}

static bool refuse(struct req *rq, const char *what)
{
	const char *uri = with_keystone ? keystone_settings.public_uri :
			  arena_printf(rq->arena, "%s/v3", identity_url(rq));

	rq->reply.authenticate = arena_printf(rq->arena, "Keystone uri=\"%s\"", uri);
	return problem(rq, 401, "%s", what);
}

static enum verdict caller_find(struct req *rq, const char *token, bool allow_expired,
				struct caller *caller)
{
	char hash[TOKEN_HASH_SIZE];

	token_hash(hash, token);
	*caller = (struct caller){ .token_hash = arena_strdup(rq->arena, hash) };
	if (cache_find(rq->arena, hash, caller)) {
		metrics_count(METRIC_TOKEN_HITS);
		return VERDICT_COUNTS;
	}
	metrics_count(METRIC_TOKEN_MISSES);
	return with_keystone ? keystone_find(rq, token, hash, allow_expired, caller) :
			       standalone_find(rq, hash, caller);
}

/*
 * The token of a service that asks on behalf of a user, and lets that user's token have ended
 * meanwhile. False with a problem set when it does not count.
 */
static bool service_find(struct req *rq, struct caller *service, bool *is_service)
{
	*is_service = false;
	if (rq->service_token == NULL || !with_keystone)
		return true;
	enum verdict verdict = caller_find(rq, rq->service_token, false, service);
	if (verdict == VERDICT_NONE)
		return false;
	*is_service = verdict == VERDICT_COUNTS && keystone_is_service(service);
	if (verdict == VERDICT_REFUSED ||
	    (!*is_service && keystone_settings.service_roles_required))
		return refuse(rq, "the token in X-Service-Token does not count");
	return true;
}

/* Of a path as clients see it, or as the API describes it. */
static bool rules_allow(struct req *rq)
{
	const char *rules = rq->caller.access_rules;
	const char *service = rq->service == SERVICE_DATA_PROTECT ? "data-protect" : "backup";
	const char *whole = arena_printf(rq->arena, "%s%s", rq->mount, rq->path);

	return access_allowed(rq->arena, rules, service, rq->method_name, rq->path) ||
	       access_allowed(rq->arena, rules, service, rq->method_name, whole) ||
	       problem(rq, 403, "the access rules of the application credential do not allow %s of "
				"this path with service %s", rq->method_name, service);
}

bool identity_ask(struct req *rq)
{
	struct caller service = { 0 };
	bool is_service;

	if (rq->token == NULL)
		return refuse(rq, "a valid token is needed in X-Auth-Token");
	if (!with_keystone && store_notified())
		cache_forget();
	if (!service_find(rq, &service, &is_service))
		return false;
	enum verdict verdict = caller_find(rq, rq->token, is_service, &rq->caller);
	if (verdict == VERDICT_REFUSED)
		return refuse(rq, "a valid token is needed in X-Auth-Token");
	rq->caller.service_user_id = service.user_id;
	rq->caller.service_project_id = service.project_id;
	memcpy(rq->caller.service_roles, service.roles, sizeof(service.roles));
	rq->caller.service_role_count = service.role_count;
	if (verdict != VERDICT_COUNTS)
		return false;
	/* what a service does for its user need not be among what the user lent out */
	return rq->caller.access_rules == NULL || is_service || rules_allow(rq);
}
