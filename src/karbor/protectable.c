/* Protectables: the types of what can be protected, and what there is of each
 * (spec data-protection-v1 3.1). */
#include "config.h"

#include "karbor/karbor.h"

#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "protectable/protectable.h"
#include "provider/provider.h"

/* The type in the path; NULL with a 400 problem when it is none of ours. */
static const char *type_of(struct req *rq)
{
	const char *type = req_word(rq, "protectable_type");

	if (protectable_is_type(type))
		return type;
	problem(rq, 400, "protectable_type in the path is not one that GET /protectables lists");
	return NULL;
}

static struct json_object *words_array(const char *const *words)
{
	struct json_object *array = json_object_new_array();

	for (; *words != NULL; words++)
		json_object_array_add(array, json_object_new_string(*words));
	return array;
}

/* {"<name>": value}; the value's owner is the reply now. */
static struct json_object *wrapped(struct req *rq, const char *name, struct json_object *value)
{
	struct json_object *wrapper = json_own(rq->arena, json_object_new_object());

	json_object_object_add(wrapper, name, value);
	return wrapper;
}

static bool type_list(struct req *rq)
{
	return reply_value(rq, 200, wrapped(rq, "protectable_type",
					    words_array(protectable_types())));
}

static bool type_show(struct req *rq)
{
	const char *type = type_of(rq);

	if (type == NULL)
		return false;
	struct json_object *shown = json_object_new_object();
	json_object_object_add(shown, "name", json_object_new_string(type));
	json_object_object_add(shown, "dependent_types",
			       words_array(protectable_dependents(type)));
	return reply_value(rq, 200, wrapped(rq, "protectable_type", shown));
}

/* ---- parameters: a dictionary, as Python or JSON writes it ---------------------------------- */

/* No type of ours has parameters, so what stands between the brackets is not looked at. */
static bool is_dictionary(const char *text)
{
	static const char blanks[] = " \t\r\n";
	size_t len;

	text += strspn(text, blanks);
	for (len = strlen(text); len > 0 && strchr(blanks, text[len - 1]) != NULL; len--)
		;
	return len >= 2 && text[0] == '{' && text[len - 1] == '}';
}

static bool parameters_check(struct req *rq)
{
	const char *text = req_parameter(rq, "parameters");

	if (text == NULL || text[0] == '\0' || is_dictionary(text))
		return true;
	return problem(rq, 400, "parameters must be a dictionary, as {'name': 'value'}");
}

/* ---- instances ------------------------------------------------------------------------------ */

static struct json_object *next_links(struct req *rq, const char *last)
{
	struct json_object *links = json_object_new_array();
	struct json_object *link = json_object_new_object();

	json_object_object_add(link, "rel", json_object_new_string("next"));
	json_object_object_add(link, "href", json_object_new_string(karbor_next_url(rq, last)));
	json_object_array_add(links, link);
	return links;
}

static bool instance_list(struct req *rq)
{
	const char *type = type_of(rq);
	struct instance_page page = { .marker = req_parameter(rq, "marker") };
	struct json_object *instances;
	int64_t offset;

	if (page.marker != NULL && page.marker[0] == '\0')
		page.marker = NULL;
	if (type == NULL || !parameters_check(rq) || !karbor_part(rq, &page.limit, &offset) ||
	    !protectable_list(rq, type, &page, &instances))
		return false;
	struct json_object *reply = wrapped(rq, "instances", json_object_get(instances));
	if (page.next != NULL)
		json_object_object_add(reply, "instances_links", next_links(rq, page.next));
	return reply_value(rq, 200, reply);
}

static bool instance_show(struct req *rq)
{
	const char *type = type_of(rq);
	struct json_object *instance;

	if (type == NULL || !parameters_check(rq) ||
	    !protectable_show(rq, type, req_word(rq, "resource_id"), &instance))
		return false;
	return reply_value(rq, 200, wrapped(rq, "instance", json_object_get(instance)));
}

#define INSTANCES "/protectables/{protectable_type}/instances"

static const struct route protectable_routes[] = {
	{ METHOD_GET, "/protectables", "protectable:get_all", type_list, NULL, NO_DATABASE, 200 },
	{ METHOD_GET, "/protectables/{protectable_type}", "protectable:get", type_show, NULL,
	  NO_DATABASE, 200 },
	{ METHOD_GET, INSTANCES, "protectable:instance_get_all", instance_list, NULL, 0, 200 },
	{ METHOD_GET, INSTANCES "/{resource_id}", "protectable:instance_get", instance_show, NULL,
	  0, 200 },
	{ 0 }
};

const struct resource karbor_protectable = { .name = "protectables",
					     .routes = protectable_routes };
