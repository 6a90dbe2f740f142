/* Is this service to be used? (freezer-v1-v2 2.13) */
#include "config.h"

#include "route/route.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"

static const char *disable_file = "";

void healthcheck_configure(const char *file)
{
	disable_file = file;
}

static bool health_answer(struct req *rq, int status, const char *reason)
{
	bool as_json = rq->accept != NULL && strstr(rq->accept, "application/json") != NULL;

	if (rq->method == METHOD_HEAD)
		return reply_empty(rq, status == 200 ? 204 : status);
	if (as_json)
		return reply_json(rq, status, arena_printf(rq->arena,
			"{\"detailed\": false, \"reasons\": [\"%s\"]}", reason));
	reply_json(rq, status, reason);
	rq->reply.content_type = "text/plain";
	return true;
}

static bool healthcheck_show(struct req *rq)
{
	if (disable_file[0] != '\0' && access(disable_file, F_OK) == 0)
		return health_answer(rq, 503, "DISABLED BY FILE");
	return health_answer(rq, 200, "OK");
}

#define HEALTHCHECK(method) \
	{ method, "/healthcheck", RULE_PUBLIC, healthcheck_show, NULL, \
	  ANY_ACCEPT | NO_DATABASE, 0 }

static const struct route healthcheck_routes[] = {
	HEALTHCHECK(METHOD_GET), HEALTHCHECK(METHOD_HEAD), HEALTHCHECK(METHOD_POST),
	HEALTHCHECK(METHOD_PUT), HEALTHCHECK(METHOD_PATCH), HEALTHCHECK(METHOD_DELETE),
	{ 0 }
};

const struct resource route_healthcheck = { .name = "healthcheck", .routes = healthcheck_routes };
