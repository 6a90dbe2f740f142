/* The description that an API gives of itself, OpenAPI 3.1: made of the tables that serve it. */
#include "config.h"

#include "route/route.h"

#include <json-c/json.h>
#include <string.h>

#include "base/json.h"
#include "base/arena.h"
#include "policy/policy.h"
#include "schema/schema.h"

#define OPENAPI_VERSION "3.1.0"

/* What a search may hold; anything else in it is ignored (spec freezer-v1-v2 3.5). */
static const char search_text[] =
	"{\"type\": \"object\", \"properties\": {"
	"\"match\": {\"type\": \"array\", \"items\": {\"type\": \"object\"}, "
	"\"description\": \"all of these members have these values\"}, "
	"\"match_not\": {\"type\": \"array\", \"items\": {\"type\": \"object\"}, "
	"\"description\": \"none of these members has these values\"}}}";

static const char links_text[] =
	"{\"type\": \"array\", \"description\": \"the next page; absent on the last one\", "
	"\"items\": {\"type\": \"object\", \"required\": [\"rel\", \"href\"], \"properties\": {"
	"\"rel\": {\"type\": \"string\", \"enum\": [\"next\"]}, "
	"\"href\": {\"type\": \"string\"}}}}";

#define PARTS(schema) \
	"{\"securitySchemes\": {\"token\": {\"type\": \"apiKey\", \"in\": \"header\", " \
	"\"name\": \"X-Auth-Token\"}}, " \
	"\"responses\": {\"Problem\": {\"description\": \"what was wrong, and where\", " \
	"\"content\": {\"application/json\": {\"schema\": " schema "}}}}}"

/* A query parameter of lists. */
struct page_parameter {
	const char *name;
	const char *type;
	const char *description;
};

/* What the descriptions of two APIs do not share. */
struct description {
	const char *title;
	const char *intro;
	const char *parts;
	const struct page_parameter *page;   /* a row without a name ends it */
};

static const struct page_parameter backup_page[] = {
	{ "limit", "integer", "as many at most; 10 by default" },
	{ "offset", "string", "how many to leave out; or as marker, if it is no number" },
	{ "marker", "string", "id of the document that the page begins after" },
	{ 0 }
};

static const struct page_parameter data_protect_page[] = {
	{ "limit", "integer", "as many at most" },
	{ "marker", "string", "id of the document that the page begins after" },
	{ "offset", "integer", "how many to leave out" },
	{ "sort", "string", "key:direction, ...; a direction is asc or desc" },
	{ "sort_key", "string", "one key, where there is no sort" },
	{ "sort_dir", "string", "its direction" },
	{ "all_tenants", "string", "true: those of every project, for administrators" },
	{ "project_id", "string", "with all_tenants: those of this project" },
	{ 0 }
};

/* By service; one without a title is not described. */
static const struct description descriptions[] = {
	[SERVICE_BACKUP] = {
		"Permafrost",
		"Freezer API v2 and v1 over one store. Every refusal is a Problem. Path variants "
		"that only some clients use are listed beside the usual ones.",
		PARTS("{\"type\": \"object\", \"properties\": {"
		      "\"title\": {\"type\": \"string\"}, "
		      "\"description\": {\"type\": \"string\"}, "
		      "\"error\": {\"type\": \"object\"}}}"),
		backup_page,
	},
	[SERVICE_DATA_PROTECT] = {
		"Permafrost: Data Protection API",
		"Data Protection API v1, as clients of OpenStack Karbor know it. Every refusal is "
		"a Problem, in a member that is named for its class. Lists take further "
		"parameters that narrow them; what they do not know they ignore.",
		PARTS("{\"type\": \"object\", \"minProperties\": 1, \"maxProperties\": 1, "
		      "\"additionalProperties\": {\"type\": \"object\", "
		      "\"required\": [\"code\", \"message\"], \"properties\": {"
		      "\"code\": {\"type\": \"integer\"}, \"message\": {\"type\": \"string\"}, "
		      "\"retryAfter\": {\"type\": \"string\"}}}}"),
		data_protect_page,
	},
	[SERVICE_IDENTITY] = { 0 },
	[SERVICE_METRICS] = { 0 },
};

/* ---- small pieces --------------------------------------------------------------------------- */

static void text_set(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

static struct json_object *object_in(struct json_object *parent, const char *key)
{
	struct json_object *object = json_get(parent, key);

	if (object == NULL) {
		object = json_object_new_object();
		json_object_object_add(parent, key, object);
	}
	return object;
}

static struct json_object *reference(const char *to)
{
	struct json_object *object = json_object_new_object();

	text_set(object, "$ref", to);
	return object;
}

static struct json_object *typed(const char *type)
{
	struct json_object *schema = json_object_new_object();

	text_set(schema, "type", type);
	return schema;
}

/* {"application/json": {"schema": schema}}, with an example of it unless that is NULL. */
static struct json_object *content(struct json_object *schema, const char *sample)
{
	struct json_object *types = json_object_new_object();
	struct json_object *json = object_in(types, "application/json");

	json_object_object_add(json, "schema", schema);
	if (sample != NULL)
		json_object_object_add(json, "example", json_tokener_parse(sample));
	return types;
}

/* ---- parameters ----------------------------------------------------------------------------- */

static void parameter_add(struct json_object *to, const char *name, const char *where,
			  struct json_object *schema, const char *description)
{
	struct json_object *parameter = json_object_new_object();

	text_set(parameter, "name", name);
	text_set(parameter, "in", where);
	if (strcmp(where, "path") == 0)
		json_object_object_add(parameter, "required", json_object_new_boolean(1));
	if (description != NULL)
		text_set(parameter, "description", description);
	json_object_object_add(parameter, "schema", schema);
	json_object_array_add(to, parameter);
}

static void path_parameters_add(struct json_object *to, struct arena *arena, const char *path)
{
	while ((path = strchr(path, '{')) != NULL) {
		size_t len = strcspn(path + 1, "}");
		parameter_add(to, arena_strndup(arena, path + 1, len), "path", typed("string"),
			      NULL);
		path += len;
	}
}

static void page_parameters_add(struct json_object *to, const struct page_parameter *page)
{
	for (; page->name != NULL; page++)
		parameter_add(to, page->name, "query", typed(page->type), page->description);
}

/* ---- replies -------------------------------------------------------------------------------- */

/* Of a collection whose documents are shown? */
static bool is_list(const struct row *row)
{
	const struct shape *shown = row->resource->shown;
	const char *path = row->route->path;

	if ((row->route->flags & SEARCHES) != 0)
		return true;
	return row->route->method == METHOD_GET && shown != NULL && path[strlen(path) - 1] != '}';
}

/* An object that has such a member. */
static struct json_object *object_with(const char *member, struct json_object *schema)
{
	struct json_object *object = typed("object");
	struct json_object *required = json_object_new_array();

	json_object_object_add(object_in(object, "properties"), member, schema);
	json_object_array_add(required, json_object_new_string(member));
	json_object_object_add(object, "required", required);
	return object;
}

static struct json_object *list_schema(struct arena *arena, const struct row *row,
				       const char *document)
{
	const char *own = row->resource->shown->items;
	const char *items = own == NULL ? row->resource->name : own;
	struct json_object *list = typed("array");

	json_object_object_add(list, "items", reference(document));
	struct json_object *schema = object_with(items, list);
	if (row->service == SERVICE_DATA_PROTECT)
		json_object_object_add(object_in(schema, "properties"),
				       arena_printf(arena, "%s_links", items),
				       json_tokener_parse(links_text));
	return schema;
}

/* What a write is answered: which document it was, its new version, or how an event went. */
static struct json_object *receipt_schema(const struct resource *resource,
					  const struct route *route)
{
	struct json_object *schema = typed("object");
	struct json_object *properties = object_in(schema, "properties");
	struct json_object *required = json_object_new_array();
	const char *main = route->status == 202 ? "result" : resource->id;

	json_object_object_add(properties, main, typed("string"));
	json_object_object_add(properties, route->status == 202 ? "session_tag" : "version",
			       typed("integer"));
	json_object_array_add(required, json_object_new_string(main));
	json_object_object_add(schema, "required", required);
	return schema;
}

/* A document as it stands alone in a reply. */
static struct json_object *document_schema(const struct resource *resource, const char *document)
{
	const char *wrapper = resource->shown->wrapper;

	return wrapper == NULL ? reference(document) : object_with(wrapper, reference(document));
}

static struct json_object *reply_schema(struct arena *arena, const struct row *row,
					const char *document)
{
	const struct resource *resource = row->resource;
	const struct route *route = row->route;

	if (resource->shown == NULL || (route->flags & TELLS) != 0)
		return typed("object");
	if (is_list(row))
		return list_schema(arena, row, document);
	if (route->method == METHOD_GET || (route->flags & SHOWS) != 0 ||
	    resource->shown->wrapper != NULL)
		return document_schema(resource, document);
	return receipt_schema(resource, route);
}

/* Nothing comes with a 204; the Data Protection API deletes with 200, and mostly as silently. */
static bool is_silent(const struct row *row, int status)
{
	return status == 204 || (row->service == SERVICE_DATA_PROTECT &&
				 row->route->method == METHOD_DELETE &&
				 (row->route->flags & TELLS) == 0);
}

static void reply_add(struct json_object *replies, const char *status, const char *description,
		      struct json_object *schema)
{
	struct json_object *reply = object_in(replies, status);

	text_set(reply, "description", description);
	if (schema != NULL)
		json_object_object_add(reply, "content", content(schema, NULL));
}

/* ---- operations ----------------------------------------------------------------------------- */

struct describing {
	struct arena *arena;
	enum service service;
	struct json_object *paths;
	struct json_object *schemas;
};

struct rule_text {
	const char *rule;
	const char *description;
};

static void rule_look(const char *name, const char *rule, const char *description, void *argument)
{
	struct rule_text *wanted = argument;

	(void)rule;
	if (strcmp(name, wanted->rule) == 0)
		wanted->description = description;
}

static void replies_describe(struct describing *to, struct json_object *operation,
			     const struct row *row, const char *document)
{
	struct json_object *replies = object_in(operation, "responses");
	const struct route *route = row->route;
	int success = route->status != 0 ? route->status : route->method == METHOD_HEAD ? 204 : 200;
	const char *status = arena_printf(to->arena, "%d", success);

	reply_add(replies, status, "done", is_silent(row, success) ? NULL :
		  reply_schema(to->arena, row, document));
	json_object_object_add(replies, "4XX", reference("#/components/responses/Problem"));
	json_object_object_add(replies, "5XX", reference("#/components/responses/Problem"));
}

static void body_describe(struct json_object *operation, const struct route *route)
{
	if (route->body == NULL && (route->flags & SEARCHES) == 0)
		return;
	struct json_object *body = object_in(operation, "requestBody");
	bool is_needed = route->body != NULL && (route->flags & BODY_OPTIONAL) == 0;

	json_object_object_add(body, "required", json_object_new_boolean(is_needed));
	json_object_object_add(body, "content", route->body != NULL ?
		content(schema_describe(route->body), route->body->sample) :
		content(json_tokener_parse(search_text), NULL));
}

/* "v2_get_jobs_job_id": unique, because method and path are. */
static const char *operation_name(struct arena *arena, const struct row *row, const char *method,
				  const char *path)
{
	char *name = arena_printf(arena, "%s%s", method, path);

	for (char *at = name; *at != '\0'; at++) {
		if (strchr("/{}", *at) != NULL)
			*at = '_';
	}
	return arena_printf(arena, "%s_%s", row->resource->name, name);
}

static void operation_describe(struct describing *to, const struct row *row, const char *path,
			       struct json_object *operation, const char *method)
{
	const struct route *route = row->route;
	struct rule_text text = { .rule = route->rule };
	struct json_object *tags = json_object_new_array();
	struct json_object *parameters = json_object_new_array();

	policy_each(rule_look, &text);
	json_object_array_add(tags, json_object_new_string(row->resource->name));
	json_object_object_add(operation, "tags", tags);
	text_set(operation, "operationId", operation_name(to->arena, row, method, path));
	text_set(operation, "summary",
		 text.description == NULL ? row->resource->name : text.description);
	text_set(operation, "x-policy-rule", route->rule);
	if (strcmp(route->rule, RULE_PUBLIC) == 0)
		json_object_object_add(operation, "security", json_object_new_array());
	path_parameters_add(parameters, to->arena, path);
	if (is_list(row))
		page_parameters_add(parameters, descriptions[row->service].page);
	json_object_object_add(operation, "parameters", parameters);
	body_describe(operation, route);
}

/* A document has one schema for each version that shows it. */
static const char *document_name(struct describing *to, const struct row *row)
{
	const char *name = arena_printf(to->arena, "%s_v%d", row->resource->name, row->version);

	if (row->resource->shown != NULL && json_get(to->schemas, name) == NULL)
		json_object_object_add(to->schemas, name, schema_describe(row->resource->shown));
	return arena_printf(to->arena, "#/components/schemas/%s", name);
}

static void row_describe(const struct row *row, void *argument)
{
	static const char *const methods[] = { "get", "post", "put", "patch", "delete", "head" };
	struct describing *to = argument;

	if (row->service != to->service)
		return;
	const char *path = arena_printf(to->arena, "%s%s", row->mount,
					strcmp(row->route->path, "/") == 0 && row->mount[0] != '\0'
					? "" : row->route->path);
	const char *method = methods[row->route->method];
	struct json_object *operation = object_in(object_in(to->paths, path), method);

	operation_describe(to, row, path, operation, method);
	replies_describe(to, operation, row, document_name(to, row));
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void info_describe(struct json_object *whole, const struct description *about)
{
	struct json_object *info = object_in(whole, "info");
	struct json_object *servers = json_object_new_array();
	struct json_object *server = json_object_new_object();

	text_set(whole, "openapi", OPENAPI_VERSION);
	text_set(info, "title", about->title);
	text_set(info, "version", PACKAGE_VERSION);
	text_set(info, "description", about->intro);
	text_set(server, "url", ".");   /* where this description was found */
	json_object_array_add(servers, server);
	json_object_object_add(whole, "servers", servers);
	json_object_object_add(whole, "security",
			       json_tokener_parse("[{\"token\": []}]"));
}

static struct json_object *describe(struct arena *arena, enum service service)
{
	struct json_object *whole = json_own(arena, json_object_new_object());
	struct json_object *parts = json_tokener_parse(descriptions[service].parts);
	struct describing to = { .arena = arena, .service = service,
				 .paths = json_object_new_object(),
				 .schemas = object_in(parts, "schemas") };

	info_describe(whole, &descriptions[service]);
	route_each(row_describe, &to);
	json_object_object_add(whole, "paths", to.paths);
	json_object_object_add(whole, "components", parts);
	return whole;
}

/* The tables never change while the program runs. */
static bool openapi_show(struct req *rq)
{
	static char *texts[sizeof(descriptions) / sizeof(descriptions[0])];
	char **text = &texts[rq->service];

	if (*text == NULL)
		*text = strdup(json_text(rq->arena, describe(rq->arena, rq->service)));
	return *text != NULL ? reply_json(rq, 200, *text) :
	       problem(rq, 503, "there is no memory to describe the API");
}

static const struct route openapi_routes[] = {
	{ METHOD_GET, "/openapi.json", RULE_PUBLIC, openapi_show, NULL, NO_DATABASE, 200 },
	{ 0 }
};

const struct resource route_openapi = { .name = "openapi", .routes = openapi_routes };
