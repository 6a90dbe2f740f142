/* One thing that can be protected, as JSON. */
#include "config.h"

#include "protectable/instance.h"

#include <json-c/json.h>
#include <string.h>

#include "base/json.h"

static struct json_object *text_or_null(const char *text)
{
	return text == NULL ? NULL : json_object_new_string(text);
}

struct json_object *instance_new(const char *type, const char *id, const char *name)
{
	struct json_object *instance = json_object_new_object();

	json_object_object_add(instance, "id", json_object_new_string(id));
	json_object_object_add(instance, "type", json_object_new_string(type));
	json_object_object_add(instance, "name", text_or_null(name));
	json_object_object_add(instance, "extra_info", NULL);
	json_object_object_add(instance, "dependent_resources", json_object_new_array());
	return instance;
}

void instance_note(struct json_object *instance, const char *member, const char *value)
{
	struct json_object *info = json_get(instance, "extra_info");

	if (info == NULL) {
		info = json_object_new_object();
		json_object_object_add(instance, "extra_info", info);
	}
	json_object_object_add(info, member, text_or_null(value));
}

void instance_add_dependent(struct json_object *instance, struct json_object *child)
{
	static const char *const members[] = { "id", "type", "name", "extra_info" };
	struct json_object *dependent = json_object_new_object();

	for (size_t n = 0; n < sizeof(members) / sizeof(members[0]); n++)
		json_object_object_add(dependent, members[n],
				       json_object_get(json_get(child, members[n])));
	json_object_array_add(json_get(instance, "dependent_resources"), dependent);
}

void instance_add_dependents(struct json_object *instance, struct json_object *children)
{
	for (size_t n = 0; n < json_array_length(children); n++)
		instance_add_dependent(instance, json_object_array_get_idx(children, n));
}

bool instance_page_is_full(struct instance_page *page, struct json_object *instances)
{
	size_t count = json_array_length(instances);

	if ((int64_t)count < page->limit)
		return false;
	page->next = json_get_string(json_object_array_get_idx(instances, count - 1), "id");
	return true;
}
