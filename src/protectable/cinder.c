/* Volumes, as Cinder tells them, and to which server each is attached. */
#include "config.h"

#include "protectable/instance.h"

#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

static const char *const excluded[] = { "error", "deleting", "deleted", "error_deleting", NULL };

struct volumes {
	struct instance_page *page;
	struct json_object *to;
};

static struct json_object *volume_instance(struct json_object *document)
{
	struct json_object *volume = instance_new(TYPE_VOLUME, json_get_string(document, "id"),
						  json_get_string(document, "name"));

	instance_note(volume, "availability_zone",
		      json_get_string(document, "availability_zone"));
	return volume;
}

static bool volume_take(struct json_object *document, void *argument)
{
	struct volumes *volumes = argument;

	if (text_is_one_of(json_get_string(document, "status"), excluded))
		return true;
	if (instance_page_is_full(volumes->page, volumes->to))
		return false;
	json_object_array_add(volumes->to, volume_instance(document));
	return true;
}

static bool volume_list(struct cloud *cloud, struct instance_page *page, struct json_object *to)
{
	struct volumes volumes = { page, to };

	return cloud_walk(cloud, &(struct cloud_walk){
		.service = CLOUD_VOLUME, .path = "/volumes/detail", .items = "volumes",
		.marker = page->marker, .take = volume_take, .argument = &volumes });
}

static bool volume_show(struct cloud *cloud, const char *id, struct json_object **instance)
{
	struct json_object *body;
	const char *path = arena_printf(cloud->rq->arena, "/volumes/%s", cloud_encode(cloud, id));

	if (!cloud_get(cloud, CLOUD_VOLUME, path, &body))
		return false;
	struct json_object *document = json_get(body, "volume");
	if (json_get_string(document, "id") != NULL &&
	    !text_is_one_of(json_get_string(document, "status"), excluded))
		*instance = volume_instance(document);
	return true;
}

/* ---- for others ----------------------------------------------------------------------------- */

/* Note the volume under each server that has it. */
static bool attachment_take(struct json_object *document, void *argument)
{
	struct json_object *by_server = argument;
	struct json_object *attachments = json_get(document, "attachments");

	for (size_t n = 0; n < json_array_length(attachments); n++) {
		const char *server = json_get_string(json_object_array_get_idx(attachments, n),
						     "server_id");
		if (server == NULL)
			continue;
		struct json_object *list = json_get(by_server, server);
		if (list == NULL) {
			list = json_object_new_array();
			json_object_object_add(by_server, server, list);
		}
		json_object_array_add(list, volume_instance(document));
	}
	return true;
}

bool volumes_by_server(struct cloud *cloud, struct json_object **volumes)
{
	bool has;

	if (!cloud_has(cloud, CLOUD_VOLUME, &has))
		return false;
	*volumes = cloud->volumes;
	if (*volumes != NULL)
		return true;
	*volumes = cloud->volumes = json_own(cloud->rq->arena, json_object_new_object());
	return !has || cloud_walk(cloud, &(struct cloud_walk){
		.service = CLOUD_VOLUME, .path = "/volumes/detail", .items = "volumes",
		.take = attachment_take, .argument = *volumes });
}

bool volumes_add(struct cloud *cloud, struct json_object *instance)
{
	struct instance_page page = { .limit = cloud->list_max };
	struct json_object *list = json_own(cloud->rq->arena, json_object_new_array());
	bool has;

	if (!cloud_has(cloud, CLOUD_VOLUME, &has))
		return false;
	if (has && !volume_list(cloud, &page, list))
		return false;
	instance_add_dependents(instance, list);
	return true;
}

const struct answerer answerer_volume = { TYPE_VOLUME, volume_list, volume_show };
