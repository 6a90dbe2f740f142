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

#define DEPTH_MAX 32

struct literal {
	const char *at;
	int depth;
};

static bool value_read(struct literal *in);

static char next_of(struct literal *in)
{
	in->at += strspn(in->at, " \t\r\n");
	return *in->at;
}

static bool string_read(struct literal *in)
{
	char quote = *in->at++;

	while (*in->at != '\0' && *in->at != quote)
		in->at += in->at[0] == '\\' && in->at[1] != '\0' ? 2 : 1;
	return *in->at == quote && in->at++ != NULL;
}

/* A number, or a word for a truth or for nothing. */
static bool word_read(struct literal *in)
{
	static const char *const words[] = { "True", "False", "None", "true", "false", "null",
					     NULL };
	size_t len = strspn(in->at, "+-.0123456789");

	if (len > 0) {
		in->at += len + strspn(in->at + len, "+-eE0123456789");
		return true;
	}
	for (const char *const *word = words; *word != NULL; word++) {
		if (strncmp(in->at, *word, strlen(*word)) == 0) {
			in->at += strlen(*word);
			return true;
		}
	}
	return false;
}

static bool colon_read(struct literal *in)
{
	return next_of(in) == ':' && in->at++ != NULL;
}

/* What stands between the brackets, and the closing one. */
static bool items_read(struct literal *in, char end)
{
	in->at++;
	while (next_of(in) != end) {
		if (!value_read(in) || (end == '}' && (!colon_read(in) || !value_read(in))))
			return false;
		if (next_of(in) == ',')
			in->at++;
		else if (*in->at != end)
			return false;
	}
	in->at++;
	return true;
}

static bool value_read(struct literal *in)
{
	bool is_read;

	if (++in->depth > DEPTH_MAX)
		return false;
	switch (next_of(in)) {
	case '{':
		is_read = items_read(in, '}');
		break;
	case '[':
		is_read = items_read(in, ']');
		break;
	case '(':
		is_read = items_read(in, ')');
		break;
	case '\'':
	case '"':
		is_read = string_read(in);
		break;
	default:
		is_read = word_read(in);
	}
	in->depth--;
	return is_read;
}

static bool is_dictionary(const char *text)
{
	struct literal in = { .at = text };

	return next_of(&in) == '{' && value_read(&in) && next_of(&in) == '\0';
}

/* No type of ours has parameters, so what they say is not looked at. */
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
