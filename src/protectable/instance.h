/* One thing that can be protected, and the answerers that know them. */
#ifndef PERMAFROST_PROTECTABLE_INSTANCE_H
#define PERMAFROST_PROTECTABLE_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/req.h"
#include "protectable/cloud.h"
#include "protectable/protectable.h"

struct json_object;

#define TYPE_PROJECT "OS::Keystone::Project"
#define TYPE_SERVER "OS::Nova::Server"
#define TYPE_VOLUME "OS::Cinder::Volume"
#define TYPE_IMAGE "OS::Glance::Image"
#define TYPE_MACHINE "OS::Freezer::Client"

/* Who knows the instances of a type. Instances are values of the caller's to put. */
struct answerer {
	const char *type;
	/* Add those of the page to the array. */
	bool (*list)(struct cloud *cloud, struct instance_page *page, struct json_object *to);
	/* NULL: there is none of that id. */
	bool (*show)(struct cloud *cloud, const char *id, struct json_object **instance);
};

extern const struct answerer answerer_project, answerer_server, answerer_volume, answerer_image,
	answerer_machine;

/* ---- instance.c ----------------------------------------------------------------------------- */

/* {"id", "type", "name", "extra_info": null, "dependent_resources": []}; `name` may be NULL. */
struct json_object *instance_new(const char *type, const char *id, const char *name);

/* Set extra_info.<member> to a text. */
void instance_note(struct json_object *instance, const char *member, const char *value);

/* Add `child` to the dependent resources, without its own. */
void instance_add_dependent(struct json_object *instance, struct json_object *child);

/* The same for each of an array. */
void instance_add_dependents(struct json_object *instance, struct json_object *children);

/* Are there as many instances as the page may have? Then there are more: page->next is set. */
bool instance_page_is_full(struct instance_page *page, struct json_object *instances);

/* ---- what servers, volumes and images tell each other --------------------------------------- */

/* Volumes attached to a server, by server id: every page of the project's volumes, asked once for
 * the whole request. An empty object where the cloud has no volumes. */
bool volumes_by_server(struct cloud *cloud, struct json_object **volumes);

/* The image as a dependent of a server; NULL where there is none any more. */
bool image_of_server(struct cloud *cloud, const char *image_id, const char *server_id,
		     struct json_object **image);

/* Add every server, volume and image of the caller's project to the dependents of an instance. */
bool servers_add(struct cloud *cloud, struct json_object *instance);
bool volumes_add(struct cloud *cloud, struct json_object *instance);
bool images_add(struct cloud *cloud, struct json_object *instance);

#endif
