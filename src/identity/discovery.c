/* Which versions of the identity API there are: one, v3. */
#include "config.h"

#include "identity/identity_int.h"

#include "base/arena.h"
#include "base/text.h"

/* Links lead back the way the client came (keystoneauth follows them). */
static void version_add(struct req *rq, struct text *out)
{
	text_puts(out, "{\"id\":\"v3.14\",\"status\":\"stable\","
		       "\"updated\":\"2020-04-07T00:00:00Z\","
		       "\"links\":[{\"rel\":\"self\",\"href\":");
	text_json_string(out, arena_printf(rq->arena, "%s/v3/", identity_url(rq)));
	text_puts(out, "}],\"media-types\":[{\"base\":\"application/json\","
		       "\"type\":\"application/vnd.openstack.identity-v3+json\"}]}");
}

static bool versions_show(struct req *rq)
{
	struct text out = { .arena = rq->arena };

	text_puts(&out, "{\"versions\":{\"values\":[");
	version_add(rq, &out);
	text_puts(&out, "]}}");
	return reply_json(rq, 300, out.data);
}

static bool version_show(struct req *rq)
{
	struct text out = { .arena = rq->arena };

	text_puts(&out, "{\"version\":");
	version_add(rq, &out);
	text_puts(&out, "}");
	return reply_json(rq, 200, out.data);
}

static const struct route discovery_routes[] = {
	{ METHOD_GET, "/", RULE_PUBLIC, versions_show, NULL, ANY_ACCEPT | NO_DATABASE, 300 },
	{ 0 }
};

static const struct route version_routes[] = {
	{ METHOD_GET, "/", RULE_PUBLIC, version_show, NULL, ANY_ACCEPT | NO_DATABASE, 200 },
	{ 0 }
};

const struct resource identity_discovery = { .name = "versions", .routes = discovery_routes };
const struct resource identity_version = { .name = "version", .routes = version_routes };
