/* Servers, as Nova tells them; the volumes attached to them and the images they were made of. */
#include "config.h"

#include "protectable/instance.h"

#include <json-c/json.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

static const char *const excluded[] = {
	"DELETED", "ERROR", "UNKNOWN", "SOFT_DELETED", "RESCUED", NULL
};

/* What is kept of a server until its dependents are known. */
struct server {
	const char *id, *name, *image_id;
};

struct servers {
	struct cloud *cloud;
	struct instance_page *page;
	struct server *rows;         /* page->limit of them */
	int64_t count;
};

static const char *keep(struct cloud *cloud, const char *text)
{
	return text == NULL ? NULL : arena_strdup(cloud->rq->arena, text);
}

/* The image of a server that was booted from a volume is "". */
static struct server server_read(struct cloud *cloud, struct json_object *document)
{
	return (struct server){
		.id = keep(cloud, json_get_string(document, "id")),
		.name = keep(cloud, json_get_string(document, "name")),
		.image_id = keep(cloud, json_get_string(json_get(document, "image"), "id")),
	};
}

static bool server_take(struct json_object *document, void *argument)
{
	struct servers *servers = argument;

	if (text_is_one_of(json_get_string(document, "status"), excluded))
		return true;
	if (servers->count == servers->page->limit) {
		servers->page->next = servers->rows[servers->count - 1].id;
		return false;
	}
	servers->rows[servers->count++] = server_read(servers->cloud, document);
	return true;
}

/* ---- dependents ----------------------------------------------------------------------------- */

static bool image_add(struct cloud *cloud, const struct server *server,
		      struct json_object *instance)
{
	struct json_object *image = NULL;

	if (server->image_id == NULL)
		return true;
	if (!image_of_server(cloud, server->image_id, server->id, &image))
		return false;
	if (image != NULL)
		instance_add_dependent(instance, json_own(cloud->rq->arena, image));
	return true;
}

static bool server_instance(struct cloud *cloud, const struct server *server,
			    struct json_object **made)
{
	struct json_object *volumes;
	struct json_object *instance = instance_new(TYPE_SERVER, server->id, server->name);

	*made = instance;
	if (!volumes_by_server(cloud, &volumes))
		return false;
	instance_add_dependents(instance, json_get(volumes, server->id));
	return image_add(cloud, server, instance);
}

/* ---- answers -------------------------------------------------------------------------------- */

/* What a list told of a server is not asked for again. */
static void server_remember(struct cloud *cloud, const struct server *server)
{
	struct json_object *document = json_object_new_object();
	struct json_object *image = json_object_new_object();

	if (cloud->servers == NULL)
		cloud->servers = json_own(cloud->rq->arena, json_object_new_object());
	json_object_object_add(document, "id", json_object_new_string(server->id));
	if (server->name != NULL)
		json_object_object_add(document, "name", json_object_new_string(server->name));
	if (server->image_id != NULL)
		json_object_object_add(image, "id", json_object_new_string(server->image_id));
	json_object_object_add(document, "image", image);
	json_object_object_add(cloud->servers, server->id, document);
}

/* *document is NULL when there is none. */
static bool server_find(struct cloud *cloud, const char *id, struct json_object **document)
{
	struct json_object *body;
	const char *path = arena_printf(cloud->rq->arena, "/servers/%s", cloud_encode(cloud, id));

	*document = json_get(cloud->servers, id);
	if (*document != NULL)
		return true;
	if (!cloud_get(cloud, CLOUD_COMPUTE, path, &body))
		return false;
	*document = json_get(body, "server");
	return true;
}

static bool servers_read(struct cloud *cloud, struct instance_page *page, struct servers *servers)
{
	*servers = (struct servers){
		.cloud = cloud, .page = page,
		.rows = arena_alloc(cloud->rq->arena,
				    (size_t)page->limit * sizeof(struct server)),
	};
	return cloud_walk(cloud, &(struct cloud_walk){
		.service = CLOUD_COMPUTE, .path = "/servers/detail", .items = "servers",
		.marker = page->marker, .take = server_take, .argument = servers });
}

static bool server_list(struct cloud *cloud, struct instance_page *page, struct json_object *to)
{
	struct servers servers;

	if (!servers_read(cloud, page, &servers))
		return false;
	for (int64_t n = 0; n < servers.count; n++) {
		struct json_object *instance;
		bool made = server_instance(cloud, &servers.rows[n], &instance);
		json_object_array_add(to, instance);
		if (!made)
			return false;
	}
	return true;
}

static bool server_show(struct cloud *cloud, const char *id, struct json_object **instance)
{
	struct json_object *document;

	if (!server_find(cloud, id, &document))
		return false;
	if (json_get_string(document, "id") == NULL ||
	    text_is_one_of(json_get_string(document, "status"), excluded))
		return true;
	const struct server server = server_read(cloud, document);
	return server_instance(cloud, &server, instance);
}

bool servers_add(struct cloud *cloud, struct json_object *instance)
{
	struct instance_page page = { .limit = cloud->list_max };
	struct servers servers;
	bool has;

	if (!cloud_has(cloud, CLOUD_COMPUTE, &has))
		return false;
	if (!has)
		return true;
	if (!servers_read(cloud, &page, &servers))
		return false;
	for (int64_t n = 0; n < servers.count; n++) {
		instance_add_dependent(instance, json_own(cloud->rq->arena,
			instance_new(TYPE_SERVER, servers.rows[n].id, servers.rows[n].name)));
		server_remember(cloud, &servers.rows[n]);
	}
	return true;
}

const struct answerer answerer_server = { TYPE_SERVER, server_list, server_show };
