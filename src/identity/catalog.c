/* Where our services are: the catalog in every token, and the links of collections. */
#include "config.h"

#include "identity/identity_int.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

#define IDENTITY_MOUNT "/identity"   /* where nginx hangs this service; see nginx/ */

/* A service of the catalog; ids are the same in every installation. */
static const struct service_entry {
	const char *id;
	const char *type;
	const char *name;
	const char *path;
	bool names_project;       /* the project's id ends the path */
} services[] = {
	{ "5f0e2b6c94d84c2fa1b7c3d9e8f0a101", "identity", "keystone", IDENTITY_MOUNT "/v3", false },
	{ "c41d7a90b3e54f6d8826e15fb09ad302", "backup", "freezer", "", false },
	{ "9b2e64f0a7c3415d8e6f12d0b5c7a403", "data-protect", "karbor", "/data-protect/v1", true },
};

static const char *const interfaces[] = { "public", "internal", "admin" };

const char *public_url(struct req *rq)
{
	const char *endpoint = identity_settings.public_endpoint;
	size_t len = strlen(endpoint);

	while (len > 0 && endpoint[len - 1] == '/')
		len--;
	if (len > 0)
		return arena_strndup(rq->arena, endpoint, len);
	return arena_printf(rq->arena, "%s://%s", rq->scheme, rq->host);
}

const char *identity_url(struct req *rq)
{
	return arena_printf(rq->arena, "%s%s", public_url(rq),
			    rq->service == SERVICE_IDENTITY ? rq->mount : IDENTITY_MOUNT);
}

static void endpoint_add(struct req *rq, struct text *out, const struct service_entry *service,
			 size_t number, const char *project_id)
{
	const char *url = arena_printf(rq->arena, "%s%s%s%s", public_url(rq), service->path,
				       service->names_project ? "/" : "",
				       service->names_project ? project_id : "");

	/* one id per service and interface */
	text_printf(out, "{\"id\":\"%.30s%zue\",\"interface\":\"%s\",\"region\":", service->id,
		    number, interfaces[number]);
	text_json_string(out, identity_settings.region);
	text_puts(out, ",\"region_id\":");
	text_json_string(out, identity_settings.region);
	text_puts(out, ",\"url\":");
	text_json_string(out, url);
	text_puts(out, "}");
}

void catalog_add(struct req *rq, struct text *out, const char *project_id)
{
	text_puts(out, "[");
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		text_printf(out, "%s{\"id\":\"%s\",\"type\":\"%s\",\"name\":\"%s\",\"endpoints\":[",
			    i == 0 ? "" : ",", services[i].id, services[i].type, services[i].name);
		for (size_t n = 0; n < sizeof(interfaces) / sizeof(interfaces[0]); n++) {
			text_puts(out, n == 0 ? "" : ",");
			endpoint_add(rq, out, &services[i], n, project_id);
		}
		text_puts(out, "]}");
	}
	text_puts(out, "]");
}

void links_add(struct req *rq, struct text *out, const char *path)
{
	text_puts(out, ",\"links\":{\"next\":null,\"previous\":null,\"self\":");
	text_json_string(out, arena_printf(rq->arena, "%s%s", identity_url(rq), path));
	text_puts(out, "}");
}

static bool catalog_show(struct req *rq)
{
	struct text out = { .arena = rq->arena };

	if (rq->caller.project_id == NULL)
		return problem(rq, 403, "a catalog is for a project, and this token is for none");
	text_puts(&out, "{\"catalog\":");
	catalog_add(rq, &out, rq->caller.project_id);
	links_add(rq, &out, "/v3/auth/catalog");
	text_puts(&out, "}");
	return reply_json(rq, 200, out.data);
}

static const struct route catalog_routes[] = {
	{ METHOD_GET, "/auth/catalog", RULE_AUTHENTICATED, catalog_show, NULL, 0, 200 },
	{ 0 }
};

const struct resource identity_catalog = { .name = "catalog", .routes = catalog_routes };
