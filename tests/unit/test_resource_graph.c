/* The resource graph: who belongs to whom, numbered and told as text. */
#include "config.h"

#include "karbor/resource_graph.h"

#include <CUnit/CUnit.h>

#include "base/text.h"
#include "request.h"
#include "unit.h"

static struct req *rq_new(void)
{
	return request_new((struct req){ 0 });
}

/* Resources of one type by their ids: "ab" is a and b. */
static struct json_object *resources_of(struct req *rq, const char *ids)
{
	struct text out = { .arena = rq->arena };

	text_puts(&out, "[");
	for (const char *id = ids; *id != '\0'; id++)
		text_printf(&out, "%s{\"type\": \"T\", \"id\": \"%c\", \"name\": \"n\"}",
			    id == ids ? "" : ", ", *id);
	text_puts(&out, "]");
	return value_of(rq, out.data);
}

/* The argument is {"a": "bc"}: b and c belong to a. */
static bool children_of_test(struct req *rq, void *argument, struct json_object *resource,
			     struct json_object **children)
{
	const char *ids = json_get_string(argument, json_get_string(resource, "id"));

	if (ids != NULL)
		*children = resources_of(rq, ids);
	return true;
}

static bool graph_of(struct req *rq, const char *roots, const char *edges, struct graph *graph)
{
	const struct graph_source source = { children_of_test, value_of(rq, edges) };

	return graph_make(rq, resources_of(rq, roots), &source, graph);
}

/* The ids in the order of their numbers, and their edges as text. */
static const char *shape_of(struct req *rq, const char *roots, const char *edges)
{
	struct text out = { .arena = rq->arena };
	struct graph graph;

	if (!graph_of(rq, roots, edges, &graph))
		return rq->problem.description;
	for (size_t n = 0; n < graph.count; n++)
		text_puts(&out, json_get_string(graph.nodes[n].resource, "id"));
	text_puts(&out, strstr(graph_text(rq, &graph), "}, [") + 2);
	return out.data;
}

/* ---- the walk ------------------------------------------------------------------------------- */

static void what_belongs_to_a_resource_comes_before_it(void)
{
	struct req *rq = rq_new();

	CU_ASSERT_STRING_EQUAL(shape_of(rq, "a", "{\"a\": \"bc\"}"),
			       "bca [[\"0x2\", [\"0x0\", \"0x1\"]]]]");
	CU_ASSERT_STRING_EQUAL(shape_of(rq, "a", "{\"a\": \"b\", \"b\": \"c\"}"),
			       "cba [[\"0x1\", [\"0x0\"]], [\"0x2\", [\"0x1\"]]]]");
	CU_ASSERT_STRING_EQUAL(shape_of(rq, "ab", "{}"), "ab []]");
}

static void what_belongs_to_two_is_there_once(void)
{
	struct req *rq = rq_new();

	CU_ASSERT_STRING_EQUAL(shape_of(rq, "ab", "{\"a\": \"c\", \"b\": \"c\"}"),
			       "cab [[\"0x1\", [\"0x0\"]], [\"0x2\", [\"0x0\"]]]]");
	CU_ASSERT_STRING_EQUAL(shape_of(rq, "cab", "{\"a\": \"cc\"}"),
			       "cab [[\"0x1\", [\"0x0\"]]]]");
}

static void a_cycle_is_refused(void)
{
	struct req *rq = rq_new();

	CU_ASSERT_STRING_EQUAL(shape_of(rq, "a", "{\"a\": \"a\"}"),
			       "T#a belongs to itself, by way of others");
	CU_ASSERT_STRING_EQUAL(shape_of(rq, "xa", "{\"a\": \"b\", \"b\": \"c\", \"c\": \"a\"}"),
			       "T#a belongs to itself, by way of others");
	CU_ASSERT_EQUAL(rq->problem.status, 400);
}

/* Each resource has one that nobody has seen. */
static bool children_without_end(struct req *rq, void *argument, struct json_object *resource,
				 struct json_object **children)
{
	static const char form[] = "[{\"type\": \"T\", \"id\": \"%d\", \"name\": \"n\"}]";
	int *count = argument;

	(void)resource;
	*children = value_of(rq, arena_printf(rq->arena, form, ++*count));
	return true;
}

static void a_chain_without_end_is_refused(void)
{
	struct req *rq = rq_new();
	int count = 0;
	const struct graph_source source = { children_without_end, &count };
	struct graph graph;

	CU_ASSERT_FALSE(graph_make(rq, resources_of(rq, "a"), &source, &graph));
	CU_ASSERT_EQUAL(rq->problem.status, 400);
	CU_ASSERT_EQUAL(count, GRAPH_DEPTH_MAX);
}

/* One resource to which more belong than a graph holds. */
/* cppcheck-suppress constParameter ; graph_make() says what it takes */
static bool children_too_many(struct req *rq, void *argument, struct json_object *resource,
			      struct json_object **children)
{
	struct text out = { .arena = rq->arena };

	if (resource != argument)
		return true;
	for (int n = 0; n <= GRAPH_NODES_MAX; n++)
		text_printf(&out, "%s{\"type\": \"T\", \"id\": \"%d\", \"name\": \"n\"}",
			    n == 0 ? "[" : ", ", n);
	text_puts(&out, "]");
	*children = json_own(rq->arena, json_tokener_parse(out.data));
	return true;
}

static void a_graph_that_is_too_large_is_refused(void)
{
	struct req *rq = rq_new();
	struct json_object *roots = resources_of(rq, "a");
	const struct graph_source source = { children_too_many,
					     json_object_array_get_idx(roots, 0) };
	struct graph graph;

	CU_ASSERT_FALSE(graph_make(rq, roots, &source, &graph));
	CU_ASSERT_EQUAL(rq->problem.status, 400);
}

static bool children_away(struct req *rq, void *argument, struct json_object *resource,
			  struct json_object **children)
{
	(void)argument;
	(void)resource;
	(void)children;
	return problem(rq, 503, "the cloud is away");
}

static void what_the_source_refuses_is_refused(void)
{
	struct req *rq = rq_new();
	const struct graph_source source = { children_away, NULL };
	struct graph graph;

	CU_ASSERT_FALSE(graph_make(rq, resources_of(rq, "a"), &source, &graph));
	CU_ASSERT_EQUAL(rq->problem.status, 503);
}

/* ---- what a plan tells ---------------------------------------------------------------------- */

#define IMAGE(id, server) \
	"{\"type\": \"OS::Glance::Image\", \"id\": \"" id "\", \"name\": \"i\", " \
	"\"extra_info\": {\"server_id\": \"" server "\"}}"
#define SERVER(id) "{\"type\": \"OS::Nova::Server\", \"id\": \"" id "\", \"name\": \"s\"}"
#define PROJECT "{\"type\": \"OS::Keystone::Project\", \"id\": \"p\", \"name\": \"p\"}"
#define MACHINE "{\"type\": \"OS::Freezer::Client\", \"id\": \"s1\", \"name\": \"m\"}"

static const char *told(struct req *rq, const char *resources)
{
	struct json_object *list = value_of(rq, resources);
	const struct graph_source source = graph_told(rq, list);
	struct graph graph;

	CU_ASSERT_TRUE_FATAL(graph_make(rq, list, &source, &graph));
	return strstr(graph_text(rq, &graph), "}, [") + 3;
}

static void a_server_has_what_names_it(void)
{
	struct req *rq = rq_new();

	CU_ASSERT_STRING_EQUAL(told(rq, "[" SERVER("s1") ", " IMAGE("i1", "s1") ", "
				    IMAGE("i2", "s2") "]"), "[[\"0x1\", [\"0x0\"]]]]");
	CU_ASSERT_STRING_EQUAL(told(rq, "[" IMAGE("i1", "s1") ", " MACHINE "]"), "[]]");
}

static void a_project_has_all_but_machines(void)
{
	struct req *rq = rq_new();

	CU_ASSERT_STRING_EQUAL(told(rq, "[" PROJECT ", " SERVER("s1") ", " IMAGE("i1", "s1") ", "
				    MACHINE "]"),
			       "[[\"0x1\", [\"0x0\"]], [\"0x2\", [\"0x1\", \"0x0\"]]]]");
}

/* Each of the projects would have each of the images, or none if there are none. */
static bool many_projects(struct req *rq, int projects, int images)
{
	struct text out = { .arena = rq->arena };

	for (int n = 0; n < projects + images; n++)
		text_printf(&out, "%s{\"type\": \"%s\", \"id\": \"%d\", \"name\": \"n\"}",
			    n == 0 ? "[" : ", ",
			    n < projects ? "OS::Keystone::Project" : "OS::Glance::Image", n);
	text_puts(&out, "]");
	struct json_object *list = json_own(rq->arena, json_tokener_parse(out.data));
	const struct graph_source source = graph_told(rq, list);
	struct graph graph;

	return graph_make(rq, list, &source, &graph);
}

static void many_projects_with_many_resources_are_refused(void)
{
	struct req *rq = rq_new();

	CU_ASSERT_TRUE(many_projects(rq, 1, GRAPH_NODES_MAX - 1));
	CU_ASSERT_TRUE(many_projects(rq, GRAPH_NODES_MAX, 0));
	CU_ASSERT_FALSE(many_projects(rq, GRAPH_NODES_MAX / 2, GRAPH_NODES_MAX / 2));
	CU_ASSERT_EQUAL(rq->problem.status, 400);
	CU_ASSERT_PTR_NOT_NULL(strstr(rq->problem.description, "belong to others"));
}

/* ---- as text -------------------------------------------------------------------------------- */

static void the_text_is_json_with_four_elements_a_node(void)
{
	struct req *rq = rq_new();
	struct json_object *list = value_of(rq, "[{\"type\": \"T\", \"id\": \"a\", "
		"\"name\": \"it's \\\"big\\\"\\n\", \"extra_info\": {\"az\": [1.50, true]}}]");
	const struct graph_source source = graph_told(rq, list);
	struct graph graph;

	CU_ASSERT_TRUE_FATAL(graph_make(rq, list, &source, &graph));
	CU_ASSERT_STRING_EQUAL(graph_text(rq, &graph), "[{\"0x0\": [\"T\", \"a\", "
		"\"it's \\\"big\\\"\\n\", {\"az\":[1.50,true]}]}, []]");
}

static void an_empty_graph_is_json_too(void)
{
	struct req *rq = rq_new();
	struct graph graph = { 0 };

	CU_ASSERT_STRING_EQUAL(graph_text(rq, &graph), "[{}, []]");
}

static const struct unit units[] = {
	{ "what belongs to a resource comes before it",
	  what_belongs_to_a_resource_comes_before_it },
	{ "what belongs to two is there once", what_belongs_to_two_is_there_once },
	{ "a cycle is refused", a_cycle_is_refused },
	{ "a chain without end is refused", a_chain_without_end_is_refused },
	{ "a graph that is too large is refused", a_graph_that_is_too_large_is_refused },
	{ "what the source refuses is refused", what_the_source_refuses_is_refused },
	{ "a server has what names it", a_server_has_what_names_it },
	{ "a project has all but machines", a_project_has_all_but_machines },
	{ "many projects with many resources are refused",
	  many_projects_with_many_resources_are_refused },
	{ "the text is JSON with four elements a node",
	  the_text_is_json_with_four_elements_a_node },
	{ "an empty graph is JSON too", an_empty_graph_is_json_too },
	{ NULL, NULL }
};

int main(void)
{
	int status = unit_run("resource graph", units);

	arena_free(request_of_test.arena);
	return status;
}
