/* The life of a request: the steps, in order; each may refuse. */
#include "config.h"

#include "route/route.h"

#include <assert.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "identity/identity.h"
#include "policy/policy.h"
#include "provider/provider.h"
#include "schema/schema.h"
#include "store/store.h"

#define TRIES_MAX 8               /* runs of one transaction that keeps losing against others */
#define TRY_PAUSE_US 2000

struct step {
	const char *name;
	bool (*run)(struct req *rq);
};

static bool is_public(const struct req *rq)
{
	return strcmp(rq->route->rule, RULE_PUBLIC) == 0;
}

/* Providers are what they are for the whole of a request. */
static bool step_refresh(struct req *rq)
{
	if (rq->service == SERVICE_DATA_PROTECT)
		provider_refresh();
	return true;
}

/* The programs refuse a schema they do not know, and say which command mends it. */
static bool schema_known;

void route_prepare(void)
{
	int version = migrate_version();

	schema_known = version >= 0 && migrate_fits(version);
}

static bool step_ready(struct req *rq)
{
	if (schema_known || (rq->route->flags & NO_DATABASE) != 0)
		return true;
	int version = migrate_version();
	if (version < 0) {
		rq->reply.retry_after = 2;
		return problem(rq, 503, "the database is not available at the moment");
	}
	schema_known = migrate_fits(version);
	if (schema_known)
		return true;
	return problem(rq, 503, "the database schema is at version %d, this program needs %d",
		       version, schema_version);
}

static bool step_identify(struct req *rq)
{
	return is_public(rq) || identity_ask(rq);
}

static bool is_of_token_project(const struct req *rq)
{
	const char *project = req_word(rq, "project_id");

	return project == NULL || (rq->caller.project_id != NULL &&
				   strcmp(project, rq->caller.project_id) == 0);
}

/* Who sees documents of every project: of Freezer those who work for all of them. */
static bool is_privileged(const struct req *rq, const struct target *target)
{
	const char *rule = rq->service == SERVICE_DATA_PROTECT ? "context_is_admin" :
			   "jobs:get_all_projects";
	return policy_check(rule, &rq->caller, target);
}

static bool step_permit(struct req *rq)
{
	const char *rule = rq->route->rule;

	if (is_public(rq) || strcmp(rule, RULE_AUTHENTICATED) == 0)
		return true;
	/* byte for byte, and for administrators too (data-protection-v1 2.1) */
	if (rq->service == SERVICE_DATA_PROTECT && !is_of_token_project(rq))
		return problem(rq, 400, "the project in the path is not that of the token");
	const struct target target = { .project_id = req_project(rq),
				       .user_id = rq->caller.user_id };
	if (!policy_check(rule, &rq->caller, &target))
		return problem(rq, 403, "you are not allowed to do this");
	rq->is_privileged = is_privileged(rq, &target);
	return true;
}

static bool body_parse(struct req *rq)
{
	struct json_error error;

	rq->body = NULL;
	if (rq->body_text == NULL)
		return true;
	bool parsed = json_parse(rq->arena, rq->body_text, rq->body_len, &rq->body, &error);
	if (rq->is_secret)
		json_wipe_later(rq->arena, rq->body);
	if (parsed)
		return true;
	/* 753 is what the backup API says, and nobody else (freezer-v1-v2 2.4) */
	bool is_syntax = error.fault == JSON_SYNTAX && rq->service == SERVICE_BACKUP;
	return problem(rq, is_syntax ? 753 : 400, "%s at byte %zu of the body",
		       error.reason, error.offset);
}

/* A search may be absent or null; else it is an object (freezer-v1-v2 2.4). */
static bool search_validate(struct req *rq)
{
	if (!body_parse(rq))
		return false;
	if (rq->body != NULL && !json_object_is_type(rq->body, json_type_object))
		return problem(rq, 400, "$: a search is an object");
	return true;
}

/* A body counts only if it says that it is JSON (data-protection-v1 2.4). */
static bool media_type_validate(struct req *rq)
{
	static const char wanted[] = "application/json";
	const char *type = rq->content_type == NULL ? "" : rq->content_type;
	size_t len = strcspn(type, "; \t");

	if (rq->service != SERVICE_DATA_PROTECT)
		return true;
	if (rq->body_text == NULL)
		return problem(rq, 400, "missing request body");
	if (len != strlen(wanted) || strncasecmp(type, wanted, len) != 0)
		return problem(rq, 415, "the body's Content-Type must be %s", wanted);
	return true;
}

static bool step_validate(struct req *rq)
{
	const struct route *route = rq->route;

	if ((route->flags & SEARCHES) != 0)
		return search_validate(rq);
	if (route->body == NULL)
		return true;
	if (!media_type_validate(rq) || !body_parse(rq))
		return false;
	if (rq->body == NULL && rq->body_text == NULL)
		rq->body = json_own(rq->arena, json_object_new_object());
	if (!json_object_is_type(rq->body, json_type_object))
		return problem(rq, 400, "$: the body must be an object");
	if ((route->flags & BODY_OPTIONAL) == 0 && json_object_object_length(rq->body) == 0)
		return problem(rq, 400, "missing request body");
	return schema_check(rq, rq->body, route->body);
}

/* One request is one transaction, unless it only asks one question. */
static bool handle_once(struct req *rq)
{
	if (rq->method == METHOD_GET || rq->method == METHOD_HEAD ||
	    (rq->route->flags & (SINGLE_STATEMENT | OWN_TRANSACTION | NO_DATABASE)) != 0)
		return rq->route->handle(rq);
	return store_transaction(rq, rq->route->handle);
}

/* Run again what lost against another transaction, from the body as it came in. */
static bool step_handle(struct req *rq)
{
	for (int tries = 1; ; tries++) {
		if (handle_once(rq))
			return true;
		if (rq->problem.status != 503 || !store_may_retry() || tries == TRIES_MAX)
			return false;
		log_debug("run again after a deadlock");
		usleep((useconds_t)(tries * TRY_PAUSE_US));
		rq->problem = (struct problem){ 0 };
		rq->reply = (struct reply){ 0 };
		if (!step_validate(rq))
			return false;
	}
}

/* What the table says of success is what clients were promised. */
static bool step_account(struct req *rq)
{
	assert(rq->route->status == 0 || rq->route->status == rq->reply.status);
	return true;
}

bool route_call(struct req *rq)
{
	rq->problem = (struct problem){ 0 };
	rq->reply = (struct reply){ 0 };
	if (!route_match(rq))
		return false;
	if (rq->route->body != NULL && !schema_check(rq, rq->body, rq->route->body))
		return false;
	return rq->route->handle(rq) && step_account(rq);
}

static const struct step steps[] = {
	{ "match", route_match },        /* which row of the route table */
	{ "refresh", step_refresh },     /* have the providers changed */
	{ "ready", step_ready },         /* does the database fit this program */
	{ "identify", step_identify },   /* whose token is this */
	{ "permit", step_permit },       /* may they, by the row's rule */
	{ "validate", step_validate },   /* is the body what the row asks for */
	{ "handle", step_handle },       /* the resource's own code, in one transaction */
	{ "account", step_account },     /* is the answer what the table says */
};

void dispatch(struct req *rq)
{
	for (size_t n = 0; n < sizeof(steps) / sizeof(steps[0]); n++) {
		rq->doing = steps[n].name;
		if (!steps[n].run(rq))
			return;
		if (rq->route == NULL)   /* OPTIONS: answered by the table alone */
			return;
	}
}
