/* The providers in force, and what their callers ask them. */
#include "config.h"
#include "provider/provider_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"

#define PROVIDERS_MAX 256

struct providers {
	struct arena *arena;
	struct provider *all;      /* by id; those that are not enabled behind the others */
	size_t count;
	size_t enabled;
	bool is_broken;
};

static struct providers in_force;
static struct files watched = { .suffix = ".yaml" };

/* ---- loading -------------------------------------------------------------------------------- */

/* Broken files do not end the visit: all of them are to be named. */
static bool load(const char *path, void *argument)
{
	struct providers *providers = argument;

	if (providers->count == PROVIDERS_MAX) {
		log_error("%s: there are more than %d providers", path, PROVIDERS_MAX);
		providers->is_broken = true;
		return false;
	}
	struct provider *provider = &providers->all[providers->count];
	if (!provider_file_read(providers->arena, path, provider))
		providers->is_broken = true;
	else
		providers->count++;
	return true;
}

static int compare_ids(const void *a, const void *b)
{
	const struct provider *one = a, *other = b;

	return strcmp(one->id, other->id);
}

static int compare_enabled(const void *a, const void *b)
{
	const struct provider *one = a, *other = b;

	if (one->is_enabled != other->is_enabled)
		return one->is_enabled ? -1 : 1;
	return compare_ids(a, b);
}

static bool ids_differ(const struct providers *providers)
{
	bool differ = true;

	for (size_t n = 1; n < providers->count; n++) {
		const struct provider *one = &providers->all[n - 1], *other = &providers->all[n];
		if (strcmp(one->id, other->id) != 0)
			continue;
		log_error("%s: %s has the same id %s", other->path, one->path, other->id);
		differ = false;
	}
	return differ;
}

static bool load_all(void)
{
	struct providers now = { .arena = arena_new() };

	now.all = arena_alloc(now.arena, PROVIDERS_MAX * sizeof(*now.all));
	files_visit(&watched, now.arena, load, &now);
	qsort(now.all, now.count, sizeof(*now.all), compare_ids);
	if (!ids_differ(&now) || now.is_broken) {
		arena_free(now.arena);
		return false;
	}
	qsort(now.all, now.count, sizeof(*now.all), compare_enabled);
	while (now.enabled < now.count && now.all[now.enabled].is_enabled)
		now.enabled++;
	arena_free(in_force.arena);
	in_force = now;
	return true;
}

bool provider_load(const char *directories)
{
	files_name(&watched, "", directories);
	return load_all();
}

void provider_refresh(void)
{
	if (!files_changed(&watched))
		return;
	if (load_all())
		log_info("the providers changed: %zu are in force", in_force.enabled);
	else
		log_error("the provider files are broken: the providers stay as they were");
}

/* ---- which there are ------------------------------------------------------------------------ */

size_t provider_count(void)
{
	return in_force.enabled;
}

const struct provider *provider_at(size_t n)
{
	return n < in_force.enabled ? &in_force.all[n] : NULL;
}

const struct provider *provider_find(const char *id)
{
	for (size_t n = 0; n < in_force.enabled; n++)
		if (strcmp(in_force.all[n].id, id) == 0)
			return &in_force.all[n];
	return NULL;
}

const char *provider_id(const struct provider *provider)
{
	return provider->id;
}

const char *provider_name(const struct provider *provider)
{
	return provider->name;
}

const char *provider_description(const struct provider *provider)
{
	return provider->description;
}

const char *provider_json(const struct provider *provider)
{
	return provider->json;
}

static const struct protectable *protectable_find(const struct provider *provider,
						  const char *type)
{
	for (size_t n = 0; n < provider->count; n++)
		if (strcmp(provider->protectables[n].type, type) == 0)
			return &provider->protectables[n];
	return NULL;
}

bool provider_protects(const struct provider *provider, const char *type)
{
	return protectable_find(provider, type) != NULL;
}

/* NULL when there is nothing for an agent to do. */
static const struct operation *operation_find(const struct provider *provider, const char *type,
					      enum provider_operation operation)
{
	const struct protectable *protectable = protectable_find(provider, type);

	if (protectable == NULL || protectable->operations[operation].job_action == NULL)
		return NULL;
	return &protectable->operations[operation];
}

bool provider_acts(const struct provider *provider, const char *type,
		   enum provider_operation operation)
{
	return operation_find(provider, type, operation) != NULL;
}

/* ---- parameters ----------------------------------------------------------------------------- */

/* What is put into an action later is refused here already, where the caller still hears of it. */
static bool texts_fit(struct arena *arena, struct json_object *object, const char *path,
		      const char **why)
{
	const char *reason;

	json_object_object_foreach(object, name, value) {
		if (!json_object_is_type(value, json_type_string) ||
		    template_takes(json_object_get_string(value),
				   (size_t)json_object_get_string_len(value), &reason))
			continue;
		*why = arena_printf(arena, "%s.%s %s", path, name, reason);
		return false;
	}
	return true;
}

static bool object_fits(struct arena *arena, struct json_object *schema, struct json_object *object,
			const char *path, unsigned flags, const char **why)
{
	return json_schema_holds(arena, schema, object, path, flags | JSON_SCHEMA_CLOSED, why) &&
	       texts_fit(arena, object, path, why);
}

/* A type without a schema takes no parameters: any would be an unknown one. */
static bool schema_find(struct arena *arena, const struct provider *provider,
			enum provider_schema which, const char *type, struct json_object **schema,
			const char **why)
{
	const struct protectable *protectable = protectable_find(provider, type);

	*schema = NULL;
	if (protectable == NULL) {
		*why = arena_printf(arena, "the provider %s does not protect %s", provider->name,
				    type);
		return false;
	}
	*schema = protectable->schemas[which];
	if (*schema == NULL)
		*schema = json_own(arena, json_object_new_object());
	return true;
}

bool provider_check(struct arena *arena, const struct provider *provider,
		    enum provider_schema which, const char *type, struct json_object *value,
		    const char *path, const char **why)
{
	struct json_object *schema;

	if (!schema_find(arena, provider, which, type, &schema, why))
		return false;
	if (!json_object_is_type(value, json_type_object)) {
		*why = arena_printf(arena, "%s is no object", path);
		return false;
	}
	return object_fits(arena, schema, json_schema_coerce(arena, schema, value), path,
			   JSON_SCHEMA_PART, why);
}

static void members_put(struct json_object *into, struct json_object *from)
{
	if (!json_object_is_type(from, json_type_object))
		return;
	json_object_object_foreach(from, name, value)
		json_object_object_add(into, name, json_object_get(value));
}

bool provider_settle(struct arena *arena, const struct provider *provider,
		     enum provider_schema which, struct json_object *parameters, const char *type,
		     const char *id, struct json_object **settled, const char **why)
{
	struct json_object *schema, *sent = json_own(arena, json_object_new_object());
	const char *of_one = arena_printf(arena, "%s#%s", type, id);

	if (!schema_find(arena, provider, which, type, &schema, why))
		return false;
	members_put(sent, json_get(parameters, type));
	members_put(sent, json_get(parameters, of_one));
	*settled = json_schema_coerce(arena, schema, sent);
	json_schema_defaults(schema, *settled);
	return object_fits(arena, schema, *settled, of_one, 0, why);
}

/* ---- what its agents do --------------------------------------------------------------------- */

/* Parts of a machine are named after it: web1:etc is one of the client web1. No client's id has a
 * colon. */
static void client_add(struct json_object *resource)
{
	const char *id = json_get_string(resource, "id");

	if (id != NULL)
		json_object_object_add(resource, "client",
				       json_object_new_string_len(id, (int)strcspn(id, ":")));
}

bool provider_work(struct arena *arena, const struct provider *provider, const char *type,
		   enum provider_operation operation, struct json_object *values,
		   struct provider_work *work, const char **why)
{
	const struct operation *found = operation_find(provider, type, operation);
	struct json_object *client;

	if (found == NULL) {
		*why = arena_printf(arena, "the provider %s has no action to %s %s", provider->name,
				    operation_names[operation], type);
		return false;
	}
	*work = (struct provider_work){ 0 };
	client_add(json_get(values, "resource"));
	if (!template_expand(arena, found->job_action, values, &work->job_action, why))
		return false;
	if (found->client == NULL)
		return true;
	if (!template_expand(arena, found->client, values, &client, why))
		return false;
	work->client_id = json_object_get_string(client);
	return true;
}
