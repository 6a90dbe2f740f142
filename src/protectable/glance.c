/* Images, as Glance tells them. */
#include "config.h"

#include "protectable/instance.h"

#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

static const char *const excluded[] = {
	"killed", "deleted", "pending_delete", "deactivated", NULL
};

struct images {
	struct instance_page *page;
	struct json_object *to;
	const char *owner;           /* only this project's; NULL: all that the caller sees */
};

static struct json_object *image_instance(struct json_object *document)
{
	return instance_new(TYPE_IMAGE, json_get_string(document, "id"),
			    json_get_string(document, "name"));
}

static bool is_owned(struct json_object *document, const char *owner)
{
	const char *is = json_get_string(document, "owner");
	return owner == NULL || (is != NULL && strcmp(is, owner) == 0);
}

static bool image_take(struct json_object *document, void *argument)
{
	struct images *images = argument;

	if (text_is_one_of(json_get_string(document, "status"), excluded) ||
	    !is_owned(document, images->owner))
		return true;
	if (instance_page_is_full(images->page, images->to))
		return false;
	json_object_array_add(images->to, image_instance(document));
	return true;
}

static bool images_read(struct cloud *cloud, struct instance_page *page, const char *owner,
			struct json_object *to)
{
	struct images images = { page, to, owner };

	return cloud_walk(cloud, &(struct cloud_walk){
		.service = CLOUD_IMAGE, .path = "/v2/images", .items = "images",
		.marker = page->marker, .take = image_take, .argument = &images });
}

static bool image_list(struct cloud *cloud, struct instance_page *page, struct json_object *to)
{
	return images_read(cloud, page, NULL, to);
}

static bool image_show(struct cloud *cloud, const char *id, struct json_object **instance)
{
	struct json_object *document;
	const char *path = arena_printf(cloud->rq->arena, "/v2/images/%s",
					cloud_encode(cloud, id));

	if (!cloud_get(cloud, CLOUD_IMAGE, path, &document))
		return false;
	if (json_get_string(document, "id") != NULL &&
	    !text_is_one_of(json_get_string(document, "status"), excluded))
		*instance = image_instance(document);
	return true;
}

/* ---- for others ----------------------------------------------------------------------------- */

static void image_remember(struct cloud *cloud, const char *id, struct json_object *image)
{
	if (cloud->images == NULL)
		cloud->images = json_own(cloud->rq->arena, json_object_new_object());
	json_object_object_add(cloud->images, id, image);
}

/* An image once told of is not asked for again: servers share them. */
static bool image_remembered(struct cloud *cloud, const char *id, struct json_object **image)
{
	if (json_has(cloud->images, id)) {
		*image = json_get(cloud->images, id);
		return true;
	}
	*image = NULL;
	if (!image_show(cloud, id, image))
		return false;
	image_remember(cloud, id, *image);
	return true;
}

bool image_of_server(struct cloud *cloud, const char *image_id, const char *server_id,
		     struct json_object **image)
{
	struct json_object *known;
	bool has;

	*image = NULL;
	if (!cloud_has(cloud, CLOUD_IMAGE, &has))
		return false;
	if (!has)
		return true;
	if (!image_remembered(cloud, image_id, &known))
		return false;
	if (known == NULL)
		return true;
	*image = instance_new(TYPE_IMAGE, image_id, json_get_string(known, "name"));
	instance_note(*image, "server_id", server_id);
	return true;
}

bool images_add(struct cloud *cloud, struct json_object *instance)
{
	struct instance_page page = { .limit = cloud->list_max };
	struct json_object *list = json_own(cloud->rq->arena, json_object_new_array());
	bool has;

	if (!cloud_has(cloud, CLOUD_IMAGE, &has))
		return false;
	if (has && !images_read(cloud, &page, cloud->rq->caller.project_id, list))
		return false;
	for (size_t n = 0; n < json_array_length(list); n++) {
		struct json_object *image = json_object_array_get_idx(list, n);
		instance_add_dependent(instance, image);
		image_remember(cloud, json_get_string(image, "id"), json_object_get(image));
	}
	return true;
}

const struct answerer answerer_image = { TYPE_IMAGE, image_list, image_show };
