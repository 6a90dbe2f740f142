/* What the Data Protection API says of itself (spec data-protection-v1 2.2). */
#include "config.h"

#include "karbor/karbor.h"

#include "base/arena.h"
#include "identity/identity.h"

#define VERSION_TEXT \
	"{\"id\": \"v1.0\", \"status\": \"CURRENT\", " \
	"\"links\": [{\"rel\": \"self\", \"href\": \"%s/v1/\"}]}"

static const char *versions_url(struct req *rq)
{
	return arena_printf(rq->arena, "%s%s", public_url(rq), rq->mount);
}

static bool versions_show(struct req *rq)
{
	return reply_json(rq, 300, arena_printf(rq->arena, "{\"versions\": [" VERSION_TEXT "]}",
						versions_url(rq)));
}

static bool version_show(struct req *rq)
{
	return reply_json(rq, 200, arena_printf(rq->arena, "{\"version\": " VERSION_TEXT "}",
						versions_url(rq)));
}

static const struct route versions_routes[] = {
	{ METHOD_GET, "/", RULE_PUBLIC, versions_show, NULL, NO_DATABASE, 300 },
	{ 0 }
};

static const struct route version_routes[] = {
	{ METHOD_GET, "/", RULE_PUBLIC, version_show, NULL, NO_DATABASE, 200 },
	{ 0 }
};

const struct resource karbor_versions = { .name = "versions", .routes = versions_routes };
const struct resource karbor_version = { .name = "version", .routes = version_routes };
