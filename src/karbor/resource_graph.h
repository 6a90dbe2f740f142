/* What a checkpoint protects: the resources of a plan, what belongs to them, and in which order
 * (spec data-protection-v1 5.3, 5.4). */
#ifndef PERMAFROST_KARBOR_RESOURCE_GRAPH_H
#define PERMAFROST_KARBOR_RESOURCE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/req.h"

struct json_object;

#define GRAPH_NODES_MAX 10000
#define GRAPH_DEPTH_MAX 16
#define GRAPH_EDGES_MAX (2 * GRAPH_NODES_MAX)   /* to one project and one server each */

/* A resource. Its number is its place in the graph: what belongs to it has smaller numbers. */
struct graph_node {
	struct json_object *resource;    /* {"type", "id", "name"[, "extra_info"]}, of the arena */
	size_t *children;                /* numbers of what belongs to it */
	size_t child_count;
};

struct graph {
	struct graph_node *nodes;
	size_t count;
};

/*
 * Tells what belongs to a resource: *children is an array of resources, of the arena, or NULL for
 * none. False with a problem set.
 */
struct graph_source {
	bool (*children)(struct req *rq, void *argument, struct json_object *resource,
			 struct json_object **children);
	void *argument;
};

/*
 * Walk from the resources of a plan, an array, to all that belongs to them. A resource is its type
 * and id: one that is met twice is in the graph once, as it was met first. False with a 400 problem
 * for a cycle, or when it gets larger or deeper than the bounds above, or as the source has it.
 */
bool graph_make(struct req *rq, struct json_object *resources, const struct graph_source *source,
		struct graph *graph);

/* What the resources of a plan, an array, tell of each other: a project has all of them, a server
 * those whose extra_info names it as server_id. It lives as long as the request. */
struct graph_source graph_told(struct req *rq, struct json_object *resources);

/*
 * The same, and beside a Keystone what Nova, Cinder and Glance tell of projects and servers with
 * the token of the request, or by its trust. Asks them, so never walk it with a lock that users
 * wait for. Its problems are 400 for a resource that is not there, or when the plan's project is
 * not the caller's, 403 when a service refuses the caller, and 503 when one is away.
 */
struct graph_source graph_live(struct req *rq, const char *project_id,
			       struct json_object *resources);

/* The graph as the API shows it, a JSON text in the arena: [{"0x0": [type, id, name, extra_info],
 * ...}, [["0x1", ["0x0", ...]], ...]]. */
const char *graph_text(struct req *rq, const struct graph *graph);

#endif
