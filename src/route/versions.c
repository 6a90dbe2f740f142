/* What the backup API says of itself: its versions, and the home document of each. */
#include "config.h"

#include "route/route.h"

#include "base/arena.h"

/* Host-relative links: what a client used to come here can't be turned against the next one
 * (freezer-v1-v2 2.1, D2). */
static bool versions_show(struct req *rq)
{
	reply_json(rq, 300, arena_printf(rq->arena,
		"{\"versions\": [{\"id\": \"v2\", \"status\": \"CURRENT\", "
		"\"updated\": \"2018-02-21T13:30:00\", "
		"\"links\": [{\"href\": \"%s/v2/\", \"rel\": \"self\"}]}, "
		"{\"id\": \"1\", \"status\": \"CURRENT\", "
		"\"updated\": \"2015-03-23T13:45:00\", "
		"\"links\": [{\"href\": \"%s/v1/\", \"rel\": \"self\"}]}]}",
		rq->mount, rq->mount));
	return true;
}

#define HINTS(methods) \
	"\"hints\": {\"allow\": [" methods "], \"formats\": {\"application/json\": {}}}"
#define VARIABLE(name) "\"" name "\": \"param/" name "\""

static bool home_v1_show(struct req *rq)
{
	reply_json(rq, 200, arena_printf(rq->arena,
		"{\"resources\": {\"rel/backups\": "
		"{\"href-template\": \"%s/v1/backups/{backup_id}\", "
		"\"href-vars\": {" VARIABLE("backup_id") "}, " HINTS("\"GET\"") "}}}", rq->mount));
	rq->reply.content_type = "application/json-home";
	return true;
}

static bool home_show(struct req *rq)
{
	reply_json(rq, 200, arena_printf(rq->arena,
		"{\"resources\": {"
		"\"rel/backups\": "
		"{\"href-template\": \"%s/v2/{project_id}/backups/{backup_id}\", "
		"\"href-vars\": {" VARIABLE("backup_id") ", " VARIABLE("project_id") "}, "
		HINTS("\"GET\"") "}, "
		"\"rel/jobs\": "
		"{\"href-template\": \"%s/v2/{project_id}/jobs{?all_projects,offset,limit}\", "
		"\"href-vars\": {" VARIABLE("project_id") ", " VARIABLE("all_projects") ", "
		VARIABLE("offset") ", " VARIABLE("limit") "}, "
		HINTS("\"GET\", \"POST\"") "}, "
		"\"rel/job\": "
		"{\"href-template\": \"%s/v2/{project_id}/jobs/{job_id}\", "
		"\"href-vars\": {" VARIABLE("job_id") ", " VARIABLE("project_id") "}, "
		HINTS("\"GET\", \"PATCH\", \"POST\", \"DELETE\"") "}}}",
		rq->mount, rq->mount, rq->mount));
	rq->reply.content_type = "application/json-home";
	return true;
}

static const struct route versions_routes[] = {
	{ METHOD_GET, "/", RULE_PUBLIC, versions_show, NULL, NO_DATABASE, 300 },
	{ 0 }
};

static const struct route home_routes[] = {
	{ METHOD_GET, "/", RULE_AUTHENTICATED, home_show, NULL, 0, 200 },
	{ 0 }
};

static const struct route home_v1_routes[] = {
	{ METHOD_GET, "/", RULE_AUTHENTICATED, home_v1_show, NULL, 0, 200 },
	{ 0 }
};

const struct resource route_v1_home = { .name = "home", .routes = home_v1_routes };
const struct resource route_versions = { .name = "versions", .routes = versions_routes };
const struct resource route_home = { .name = "home", .routes = home_routes };
