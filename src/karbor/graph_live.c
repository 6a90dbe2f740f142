/* What belongs to a resource: as the cloud tells it, and as the plan does
 * (spec data-protection-v1 5.3, 5.4). */
#include "config.h"

#include "karbor/resource_graph.h"

#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "identity/identity.h"
#include "protectable/protectable.h"
#include "provider/provider.h"

struct live {
	struct graph_source told;
	const char *project_id;
	struct cloud *cloud;
};

static bool has_dependents(const char *type)
{
	const char *const *dependents = protectable_dependents(type);

	return dependents != NULL && dependents[0] != NULL;
}

/* The token is for one project: what it shows of another's servers would be the wrong answer. */
static bool is_of_the_caller(struct req *rq, const struct live *live)
{
	const char *own = rq->caller.project_id;

	return (own != NULL && strcmp(own, live->project_id) == 0) ||
	       problem(rq, 400, "the plan is of project %s: ask with a token for that project, as "
		       "the cloud must tell what belongs to its resources", live->project_id);
}

/* A plan that names what is not there is at fault, not the path that the caller asked for. */
static bool refuse(struct req *rq)
{
	if (rq->problem.status == 404)
		problem(rq, 400, "the plan can't be protected: %s", rq->problem.description);
	return false;
}

static bool children_live(struct req *rq, void *argument, struct json_object *resource,
			  struct json_object **children)
{
	const struct live *live = argument;
	const char *type = json_get_string(resource, "type");
	struct json_object *found;

	if (!live->told.children(rq, live->told.argument, resource, children))
		return false;
	if (!has_dependents(type))
		return true;
	if (!is_of_the_caller(rq, live))
		return false;
	if (!protectable_dependent(live->cloud, type, json_get_string(resource, "id"), &found))
		return refuse(rq);
	for (size_t n = 0; n < json_array_length(found); n++)
		json_object_array_add(*children,
				      json_object_get(json_object_array_get_idx(found, n)));
	return true;
}

struct graph_source graph_live(struct req *rq, const char *project_id,
			       struct json_object *resources)
{
	const struct graph_source told = graph_told(rq, resources);
	struct live *live = arena_alloc(rq->arena, sizeof(*live));

	if (identity_is_standalone())
		return told;
	*live = (struct live){ .told = told, .project_id = project_id,
			       .cloud = protectable_cloud(rq) };
	return (struct graph_source){ children_live, live };
}
