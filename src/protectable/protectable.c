/* Who knows the instances of a type, and the two questions to them. */
#include "config.h"

#include "protectable/protectable.h"

#include <assert.h>
#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "protectable/cloud.h"
#include "protectable/instance.h"

static const struct answerer *answerer_of(const char *type)
{
	static const struct answerer *const answerers[] = {
		&answerer_project, &answerer_server, &answerer_volume, &answerer_image,
		&answerer_machine,
	};

	for (size_t n = 0; n < sizeof(answerers) / sizeof(answerers[0]); n++) {
		if (strcmp(answerers[n]->type, type) == 0)
			return answerers[n];
	}
	return NULL;
}

bool protectable_list(struct req *rq, const char *type, struct instance_page *page,
		      struct json_object **instances)
{
	const struct answerer *answerer = answerer_of(type);
	struct cloud cloud = { .rq = rq, .list_max = CLOUD_LIST_MAX };

	assert(answerer != NULL);
	page->next = NULL;
	*instances = json_own(rq->arena, json_object_new_array());
	return answerer->list(&cloud, page, *instances);
}

static bool instance_find(struct cloud *cloud, const char *type, const char *id,
			  struct json_object **instance)
{
	const struct answerer *answerer = answerer_of(type);

	assert(answerer != NULL);
	*instance = NULL;
	bool shown = answerer->show(cloud, id, instance);
	if (*instance != NULL)
		json_own(cloud->rq->arena, *instance);
	if (shown && *instance == NULL)
		return problem(cloud->rq, 404, "there is no %s with id %s that can be protected",
			       type, id);
	return shown;
}

bool protectable_show(struct req *rq, const char *type, const char *id,
		      struct json_object **instance)
{
	struct cloud cloud = { .rq = rq, .list_max = CLOUD_LIST_MAX };

	return instance_find(&cloud, type, id, instance);
}

struct cloud *protectable_cloud(struct req *rq)
{
	struct cloud *cloud = arena_alloc(rq->arena, sizeof(*cloud));

	*cloud = (struct cloud){ .rq = rq, .list_max = CLOUD_GRAPH_MAX };
	return cloud;
}

bool protectable_dependent(struct cloud *cloud, const char *type, const char *id,
			   struct json_object **dependent)
{
	struct json_object *instance;

	if (!instance_find(cloud, type, id, &instance))
		return false;
	if (cloud->is_cut)
		return problem(cloud->rq, 400, "the project has more than %d servers, volumes or "
			       "images", CLOUD_GRAPH_MAX);
	*dependent = json_get(instance, "dependent_resources");
	return true;
}
