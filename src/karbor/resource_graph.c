/* The resource graph: walked depth first, children numbered before those they belong to. */
#include "config.h"

#include "karbor/resource_graph.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "provider/provider.h"

#define OPEN (-1)   /* the mark of a resource whose children are being walked */

#define TYPE_PROJECT "OS::Keystone::Project"

/* ---- the walk ------------------------------------------------------------------------------- */

struct walk {
	struct req *rq;
	const struct graph_source *source;
	struct graph *graph;
	struct json_object *numbers;     /* by "type#id": the number, or OPEN */
	size_t depth;
	size_t edges;
};

static bool resource_walk(struct walk *walk, struct json_object *resource, size_t *number);

static const char *key_of(struct walk *walk, struct json_object *resource)
{
	return arena_printf(walk->rq->arena, "%s#%s", json_get_string(resource, "type"),
			    json_get_string(resource, "id"));
}

/* The children in the order they were told, each once. */
static bool children_walk(struct walk *walk, struct json_object *children, struct graph_node *node)
{
	size_t count = json_object_array_length(children);

	walk->edges += count;
	if (walk->edges > GRAPH_EDGES_MAX)
		return problem(walk->rq, 400, "resources of the plan belong to others more than "
			       "%d times", GRAPH_EDGES_MAX);
	node->children = arena_alloc(walk->rq->arena, count * sizeof(size_t));
	for (size_t n = 0; n < count; n++) {
		size_t number, before = 0;
		if (!resource_walk(walk, json_object_array_get_idx(children, n), &number))
			return false;
		while (before < node->child_count && node->children[before] != number)
			before++;
		if (before == node->child_count)
			node->children[node->child_count++] = number;
	}
	return true;
}

static bool node_walk(struct walk *walk, struct json_object *resource, struct graph_node *node)
{
	struct json_object *children = NULL;

	if (walk->depth == GRAPH_DEPTH_MAX)
		return problem(walk->rq, 400, "%s is more than %d resources deep in the plan",
			       key_of(walk, resource), GRAPH_DEPTH_MAX);
	if (!walk->source->children(walk->rq, walk->source->argument, resource, &children))
		return false;
	node->resource = resource;
	if (children == NULL)
		return true;
	walk->depth++;
	bool walked = children_walk(walk, children, node);
	walk->depth--;
	return walked;
}

static bool resource_walk(struct walk *walk, struct json_object *resource, size_t *number)
{
	struct graph *graph = walk->graph;
	const char *key = key_of(walk, resource);
	int64_t known = json_get_int(walk->numbers, key, INT64_MAX);
	struct graph_node node = { 0 };

	if (known == OPEN)
		return problem(walk->rq, 400, "%s belongs to itself, by way of others", key);
	*number = (size_t)known;
	if (known != INT64_MAX)
		return true;
	json_object_object_add(walk->numbers, key, json_object_new_int64(OPEN));
	if (!node_walk(walk, resource, &node))
		return false;
	if (graph->count == GRAPH_NODES_MAX)
		return problem(walk->rq, 400, "the plan comes to more than %d resources",
			       GRAPH_NODES_MAX);
	*number = graph->count;
	graph->nodes[graph->count++] = node;
	json_object_object_add(walk->numbers, key, json_object_new_int64((int64_t)*number));
	return true;
}

bool graph_make(struct req *rq, struct json_object *resources, const struct graph_source *source,
		struct graph *graph)
{
	struct walk walk = {
		.rq = rq, .source = source, .graph = graph,
		.numbers = json_own(rq->arena, json_object_new_object()),
	};
	size_t number;

	graph->count = 0;
	graph->nodes = arena_alloc(rq->arena, GRAPH_NODES_MAX * sizeof(*graph->nodes));
	for (size_t n = 0; n < json_object_array_length(resources); n++) {
		if (!resource_walk(&walk, json_object_array_get_idx(resources, n), &number))
			return false;
	}
	return true;
}

/* ---- what the plan itself tells ------------------------------------------------------------- */

static bool is_type_of(struct json_object *resource, const char *type)
{
	return strcmp(json_get_string(resource, "type"), type) == 0;
}

/* May the resource belong to one of type `parent`? */
static bool may_belong(const char *parent, struct json_object *resource)
{
	const char *const *type = protectable_dependents(parent);

	while (type != NULL && *type != NULL && !is_type_of(resource, *type))
		type++;
	return type != NULL && *type != NULL;
}

/* The resources of a plan that belong to a project, and those that name a server, by its id. */
struct told {
	struct json_object *by_project;
	struct json_object *by_server;
};

static void list_add(struct json_object *lists, const char *key, struct json_object *resource)
{
	struct json_object *list = json_get(lists, key);

	if (list == NULL) {
		list = json_object_new_array();
		json_object_object_add(lists, key, list);
	}
	json_object_array_add(list, json_object_get(resource));
}

static bool children_told(struct req *rq, void *argument, struct json_object *resource,
			  struct json_object **children)
{
	const struct told *told = argument;
	struct json_object *others = is_type_of(resource, TYPE_PROJECT) ? told->by_project :
				     json_get(told->by_server, json_get_string(resource, "id"));

	*children = json_own(rq->arena, json_object_new_array());
	for (size_t n = 0; others != NULL && n < json_object_array_length(others); n++) {
		struct json_object *other = json_object_array_get_idx(others, n);
		if (may_belong(json_get_string(resource, "type"), other))
			json_object_array_add(*children, json_object_get(other));
	}
	return true;
}

struct graph_source graph_told(struct req *rq, struct json_object *resources)
{
	struct told *told = arena_alloc(rq->arena, sizeof(*told));

	told->by_project = json_own(rq->arena, json_object_new_array());
	told->by_server = json_own(rq->arena, json_object_new_object());
	for (size_t n = 0; n < json_object_array_length(resources); n++) {
		struct json_object *resource = json_object_array_get_idx(resources, n);
		const char *server = json_get_string(json_get(resource, "extra_info"),
						     "server_id");
		if (may_belong(TYPE_PROJECT, resource))
			json_object_array_add(told->by_project, json_object_get(resource));
		if (server != NULL)
			list_add(told->by_server, server, resource);
	}
	return (struct graph_source){ children_told, told };
}

/* ---- as text -------------------------------------------------------------------------------- */

static void node_add(struct text *out, struct json_object *resource)
{
	static const char *const members[] = { "type", "id", "name" };

	text_puts(out, "[");
	for (size_t n = 0; n < sizeof(members) / sizeof(members[0]); n++) {
		text_json_string(out, json_get_string(resource, members[n]));
		text_puts(out, ", ");
	}
	text_puts(out, json_text(out->arena, json_get(resource, "extra_info")));
	text_puts(out, "]");
}

static void edges_add(struct text *out, const struct graph_node *node, size_t number)
{
	text_printf(out, "[\"0x%zx\", [", number);
	for (size_t n = 0; n < node->child_count; n++)
		text_printf(out, "%s\"0x%zx\"", n == 0 ? "" : ", ", node->children[n]);
	text_puts(out, "]]");
}

const char *graph_text(struct req *rq, const struct graph *graph)
{
	struct text out = { .arena = rq->arena };
	const char *comma = "";

	text_puts(&out, "[{");
	for (size_t n = 0; n < graph->count; n++) {
		text_printf(&out, "%s\"0x%zx\": ", n == 0 ? "" : ", ", n);
		node_add(&out, graph->nodes[n].resource);
	}
	text_puts(&out, "}, [");
	for (size_t n = 0; n < graph->count; n++) {
		if (graph->nodes[n].child_count == 0)
			continue;
		text_puts(&out, comma);
		edges_add(&out, &graph->nodes[n], n);
		comma = ", ";
	}
	text_puts(&out, "]]");
	return out.data;
}
