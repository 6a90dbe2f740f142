/* The parameters of plans, restores and verifications: TYPE or TYPE#ID, and the options of that
 * type at a provider (spec data-protection-v1 3.3, 3.7). */
#include "config.h"

#include "karbor/karbor.h"

#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "schema/schema.h"

const struct provider *karbor_provider_find(struct req *rq, const char *id, const char *where)
{
	const struct provider *provider = provider_find(id);

	if (provider == NULL)
		problem(rq, 400, "%s names no provider", where);
	return provider;
}

/* The type that a name is of; NULL with a 400 problem. */
static const char *type_of(struct req *rq, const char *name, const char *path)
{
	size_t len = strcspn(name, "#");
	const char *type = arena_strndup(rq->arena, name, len);

	if (protectable_is_type(type) && (name[len] == '\0' || format_resource_id(name + len + 1)))
		return type;
	problem(rq, 400, "%s must be a type of resources, or TYPE#ID of one", path);
	return NULL;
}

bool karbor_parameters(struct req *rq, const struct provider *provider,
		       enum provider_schema which, struct json_object *parameters,
		       const char *path)
{
	json_object_object_foreach(parameters, name, value) {
		const char *here = arena_printf(rq->arena, "%s.%s", path, name);
		const char *type = type_of(rq, name, here);
		const char *why;

		if (type == NULL)
			return false;
		if (!provider_check(rq->arena, provider, which, type, value, here, &why))
			return problem(rq, 400, "%s", why);
	}
	return true;
}
