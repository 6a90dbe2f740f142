/* A provider file: YAML to a provider, or the line on which it is wrong. See doc/providers.md. */
#include "config.h"
#include "provider/provider_int.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "base/yaml.h"

#define UUID_LENGTH 36

const char *const schema_names[] = { "options_schema", "restore_schema", "saved_info_schema" };
const char *const operation_names[] = { "protect", "restore", "delete", "verify", "copy", NULL };

static const struct yaml_rules file_rules = { .nesting_max = 32, .keys_once = true };

/* ---- members -------------------------------------------------------------------------------- */

/* Is it an object with no other members than those? `what` says in the log what it is. */
static bool members_known(struct fault *fault, struct json_object *object, const char *what,
			  const char *const *names)
{
	if (!json_object_is_type(object, json_type_object))
		return fault_is(fault, "%s is names and values", what);
	json_object_object_foreach(object, name, value) {
		const char *const *known = names;
		fault_at(fault, value);
		while (*known != NULL && strcmp(*known, name) != 0)
			known++;
		if (*known == NULL)
			return fault_is(fault, "%s has no %s", what, name);
	}
	fault_at(fault, object);
	return true;
}

/* *text is the member's, or "" when it is absent. */
static bool text_member(struct fault *fault, struct json_object *object, const char *name,
			const char **text)
{
	struct json_object *value = json_get(object, name);

	*text = json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
	if (!json_has(object, name) || json_object_is_type(value, json_type_string))
		return true;
	fault_at(fault, value);
	return fault_is(fault, "%s is a text", name);
}

static bool flag_member(struct fault *fault, struct json_object *object, const char *name,
			bool *flag)
{
	struct json_object *value = json_get(object, name);

	*flag = value == NULL || json_object_get_boolean(value);
	if (!json_has(object, name) || json_object_is_type(value, json_type_boolean))
		return true;
	fault_at(fault, value);
	return fault_is(fault, "%s is true or false", name);
}

static bool count_member(struct fault *fault, struct json_object *object, const char *name)
{
	struct json_object *value = json_get(object, name);

	if (!json_has(object, name) ||
	    (json_object_is_type(value, json_type_int) && json_object_get_int64(value) >= 0))
		return true;
	fault_at(fault, value);
	return fault_is(fault, "%s is a whole number from 0", name);
}

/* ---- placeholders --------------------------------------------------------------------------- */

/* The template that is looked at. */
struct place {
	const struct protectable *protectable;
	enum provider_operation operation;
};

static bool has_property(struct json_object *schema, const char *name)
{
	return json_has(json_get(schema, "properties"), name);
}

/* The one word that follows "group." in the name; NULL when it is of another group. */
static const char *below(const char *name, const char *group)
{
	size_t len = strlen(group);

	if (strncmp(name, group, len) != 0 || name[len] == '\0' || strchr(name + len, '.') != NULL)
		return NULL;
	return name + len;
}

static bool is_known(const char *name, const void *argument)
{
	static const char *const always[] = {
		"resource.id", "resource.client", "resource.type", "resource.name", "project.id",
		"plan.id", "plan.name", "checkpoint.id", "provider.id", "provider.name", NULL
	};
	const struct place *place = argument;
	const struct protectable *protectable = place->protectable;
	const char *rest;

	for (size_t n = 0; always[n] != NULL; n++)
		if (strcmp(always[n], name) == 0)
			return true;
	if (below(name, "resource.extra_info.") != NULL)
		return true;
	if ((rest = below(name, "parameters.")) != NULL)
		return has_property(protectable->schemas[PROVIDER_OPTIONS_SCHEMA], rest);
	if ((rest = below(name, "restore.")) != NULL)
		return place->operation == PROVIDER_RESTORE &&
		       has_property(protectable->schemas[PROVIDER_RESTORE_SCHEMA], rest);
	if ((rest = below(name, "protect.")) == NULL || place->operation == PROVIDER_PROTECT)
		return false;
	struct json_object *action = protectable->operations[PROVIDER_PROTECT].job_action;
	return json_has(json_get(action, "freezer_action"), rest);
}

/* ---- operations ----------------------------------------------------------------------------- */

/* resource, central, or {client: NAME}. */
static bool run_on_read(struct fault *fault, const struct place *place,
			struct json_object *run_on, struct json_object **client)
{
	static const char *const names[] = { "client", NULL };
	const char *word = json_object_is_type(run_on, json_type_string) ?
			   json_object_get_string(run_on) : "";

	fault_at(fault, run_on);
	*client = NULL;
	if (strcmp(word, "central") == 0)
		return true;
	if (strcmp(word, "resource") == 0) {
		*client = json_own(fault->arena, json_object_new_string("${resource.client}"));
		return true;
	}
	if (json_get_string(run_on, "client") == NULL)
		return fault_is(fault, "run_on is central, resource, or {client: NAME}");
	*client = json_own(fault->arena, json_object_get(json_get(run_on, "client")));
	return members_known(fault, run_on, "run_on", names) &&
	       template_is_sound(fault, *client, is_known, place);
}

/* What an agent runs must be the operator's word for word. */
static bool command_is_fixed(struct fault *fault, struct json_object *freezer_action)
{
	const char *command = json_get_string(freezer_action, "command");

	fault_at(fault, json_get(freezer_action, "command"));
	return command == NULL || strchr(command, '$') == NULL ||
	       fault_is(fault, "a command takes no placeholders");
}

static bool freezer_action_read(struct fault *fault, const struct place *place,
				struct json_object *freezer_action)
{
	const char *action = json_get_string(freezer_action, "action");

	fault_at(fault, freezer_action);
	if (!json_object_is_type(freezer_action, json_type_object))
		return fault_is(fault, "freezer_action is names and values");
	if (action == NULL || strchr(action, '$') != NULL)
		return fault_is(fault, "a freezer_action has an action, without placeholders");
	return template_is_sound(fault, freezer_action, is_known, place) &&
	       command_is_fixed(fault, freezer_action);
}

static bool operation_read(struct fault *fault, const struct place *place,
			   struct json_object *action, struct json_object *run_on,
			   struct operation *operation)
{
	static const char *const names[] = { "freezer_action", "max_retries",
					     "max_retries_interval", "mandatory", "run_on", NULL };
	bool mandatory;

	fault_at(fault, action);
	if (!members_known(fault, action, "an action", names) ||
	    !count_member(fault, action, "max_retries") ||
	    !count_member(fault, action, "max_retries_interval") ||
	    !flag_member(fault, action, "mandatory", &mandatory) ||
	    !freezer_action_read(fault, place, json_get(action, "freezer_action")))
		return false;
	if (json_has(action, "run_on"))
		run_on = json_get(action, "run_on");
	if (!run_on_read(fault, place, run_on, &operation->client))
		return false;
	json_object_object_del(action, "run_on");
	operation->job_action = action;
	return true;
}

/* protect comes first: the others may ask what it did. */
static bool operations_read(struct fault *fault, struct json_object *actions,
			    struct json_object *run_on, struct protectable *protectable)
{
	if (!members_known(fault, actions, "actions", operation_names))
		return false;
	for (size_t n = 0; n < PROVIDER_OPERATION_COUNT; n++) {
		const struct place place = { protectable, (enum provider_operation)n };
		if (json_has(actions, operation_names[n]) &&
		    !operation_read(fault, &place, json_get(actions, operation_names[n]), run_on,
				    &protectable->operations[n]))
			return false;
	}
	return protectable->operations[PROVIDER_PROTECT].job_action != NULL ||
	       fault_is(fault, "actions without protect have nothing to act on");
}

/* ---- resources ------------------------------------------------------------------------------ */

static bool schemas_read(struct fault *fault, struct json_object *resource,
			 struct protectable *protectable)
{
	for (size_t n = 0; n < PROVIDER_SCHEMA_COUNT; n++) {
		struct json_object *schema = json_get(resource, schema_names[n]);
		const char *type = json_get_string(schema, "type");
		if (!json_has(resource, schema_names[n]))
			continue;
		fault_at(fault, schema);
		if (type == NULL || strcmp(type, "object") != 0)
			return fault_is(fault, "the type of %s is object", schema_names[n]);
		if (!json_schema_is_sound(fault, schema))
			return false;
		protectable->schemas[n] = schema;
	}
	return true;
}

static bool resource_read(struct fault *fault, const char *type, struct json_object *resource,
			  struct protectable *protectable)
{
	static const char *const names[] = { "options_schema", "restore_schema",
					     "saved_info_schema", "run_on", "actions", NULL };

	fault_at(fault, resource);
	if (!protectable_is_type(type))
		return fault_is(fault, "%s is no type of resources", type);
	protectable->type = type;
	return members_known(fault, resource, "a type", names) &&
	       schemas_read(fault, resource, protectable) &&
	       (!json_has(resource, "actions") ||
		operations_read(fault, json_get(resource, "actions"),
				json_get(resource, "run_on"), protectable));
}

static bool resources_read(struct fault *fault, struct json_object *resources,
			   struct provider *provider)
{
	fault_at(fault, resources);
	if (!json_object_is_type(resources, json_type_object) ||
	    json_object_object_length(resources) == 0)
		return fault_is(fault, "resources are types and what can be done with each");
	size_t room = (size_t)json_object_object_length(resources);
	provider->protectables = arena_alloc(fault->arena, room * sizeof(*provider->protectables));
	json_object_object_foreach(resources, type, resource) {
		if (!resource_read(fault, type, resource,
				   &provider->protectables[provider->count]))
			return false;
		provider->count++;
	}
	return true;
}

/* ---- the provider --------------------------------------------------------------------------- */

static bool is_uuid(const char *text)
{
	for (size_t n = 0; n < UUID_LENGTH; n++) {
		bool is_dash = n == 8 || n == 13 || n == 18 || n == 23;
		if (is_dash ? text[n] != '-' : strchr("0123456789abcdef", text[n]) == NULL)
			return false;
		if (text[n] == '\0')
			return false;
	}
	return text[UUID_LENGTH] == '\0';
}

static bool head_read(struct fault *fault, struct json_object *file, struct provider *provider)
{
	if (!text_member(fault, file, "id", &provider->id) ||
	    !text_member(fault, file, "name", &provider->name) ||
	    !text_member(fault, file, "description", &provider->description) ||
	    !flag_member(fault, file, "enabled", &provider->is_enabled))
		return false;
	fault_at(fault, json_get(file, "id"));
	if (!is_uuid(provider->id))
		return fault_is(fault, "id is a UUID in small letters, with dashes");
	return provider->name[0] != '\0' || fault_is(fault, "a provider has a name");
}

static struct json_object *schemas_of(const struct provider *provider, enum provider_schema which)
{
	struct json_object *schemas = json_object_new_object();

	for (size_t n = 0; n < provider->count; n++) {
		const struct protectable *protectable = &provider->protectables[n];
		if (protectable->schemas[which] != NULL)
			json_object_object_add(schemas, protectable->type,
					       json_object_get(protectable->schemas[which]));
	}
	return schemas;
}

/* In the order of the reference. */
static const char *shown(struct arena *arena, const struct provider *provider)
{
	static const enum provider_schema order[] = {
		PROVIDER_OPTIONS_SCHEMA, PROVIDER_SAVED_INFO_SCHEMA, PROVIDER_RESTORE_SCHEMA
	};
	struct json_object *json = json_own(arena, json_object_new_object());
	struct json_object *extended = json_object_new_object();

	json_object_object_add(json, "id", json_object_new_string(provider->id));
	json_object_object_add(json, "name", json_object_new_string(provider->name));
	json_object_object_add(json, "description", json_object_new_string(provider->description));
	json_object_object_add(json, "extended_info_schema", extended);
	for (size_t n = 0; n < PROVIDER_SCHEMA_COUNT; n++)
		json_object_object_add(extended, schema_names[order[n]],
				       schemas_of(provider, order[n]));
	return json_text(arena, json);
}

static bool provider_read(struct fault *fault, struct json_object *file, struct provider *provider)
{
	static const char *const names[] = { "id", "name", "description", "enabled", "resources",
					     NULL };

	fault_at(fault, file);
	if (!members_known(fault, file, "a provider", names) ||
	    !head_read(fault, file, provider) ||
	    !resources_read(fault, json_get(file, "resources"), provider))
		return false;
	provider->json = shown(fault->arena, provider);
	return true;
}

bool provider_text_read(struct arena *arena, const char *path, const char *text, size_t len,
			struct provider *provider)
{
	struct fault fault = { .arena = arena, .line = 1 };
	struct json_object *file;

	*provider = (struct provider){ .path = arena_strdup(arena, path) };
	if (!yaml_read(arena, path, text, len, &file_rules, &file))
		return false;
	if (provider_read(&fault, file, provider))
		return true;
	log_error("%s line %zu: %s", path, fault.line, fault.text);
	return false;
}

/* The text is large and no longer needed when the provider is read; the arena lives on. */
bool provider_file_read(struct arena *arena, const char *path, struct provider *provider)
{
	struct arena *scratch = arena_new();
	size_t len;

	const char *text = file_read(scratch, path, &len);
	bool good = text != NULL && provider_text_read(arena, path, text, len, provider);
	arena_free(scratch);
	return good;
}
