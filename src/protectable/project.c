/* The caller's project: exactly one, and all that is in it depends on it. */
#include "config.h"

#include "protectable/instance.h"

#include <json-c/json.h>
#include <string.h>

#include "base/json.h"
#include "identity/identity.h"

/* Without a cloud a project is there all the same, with nothing in it. */
static bool project_instance(struct cloud *cloud, struct json_object **made)
{
	const struct caller *caller = &cloud->rq->caller;

	*made = instance_new(TYPE_PROJECT, caller->project_id, caller->project_name);
	return identity_is_standalone() ||
	       (servers_add(cloud, *made) && volumes_add(cloud, *made) &&
		images_add(cloud, *made));
}

static bool project_list(struct cloud *cloud, struct instance_page *page, struct json_object *to)
{
	struct json_object *instance;

	if (page->marker != NULL)
		return strcmp(page->marker, cloud->rq->caller.project_id) == 0 ||
		       problem(cloud->rq, 404, "marker names nothing in this list");
	bool made = project_instance(cloud, &instance);
	json_object_array_add(to, instance);
	return made;
}

static bool project_show(struct cloud *cloud, const char *id, struct json_object **instance)
{
	return strcmp(id, cloud->rq->caller.project_id) != 0 || project_instance(cloud, instance);
}

const struct answerer answerer_project = { TYPE_PROJECT, project_list, project_show };
