/* Path and method to a row of the route table, and the words caught on the way. */
#include "config.h"

#include "route/route.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/text.h"
#include "freezer/freezer.h"
#include "identity/identity.h"
#include "karbor/karbor.h"

struct mount {
	enum service service;
	const char *prefix;
	int version;
};

enum mount_name {
#define MOUNT(symbol, service, prefix, version) MOUNT_##symbol,
#include "route/mounts.def"
#undef MOUNT
};

static const struct mount mounts[] = {
#define MOUNT(symbol, service, prefix, version) { service, prefix, version },
#include "route/mounts.def"
#undef MOUNT
};

struct served {
	enum mount_name mount;
	const struct resource *resource;
};

static const struct served served[] = {
#define RESOURCE(mount, symbol) { mount, &(symbol) },
#include "route/resources.def"
#undef RESOURCE
};

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const char *const method_names[] = { "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD" };

const char *route_method_name(enum method method)
{
	return method_names[method];
}

/* ---- paths ---------------------------------------------------------------------------------- */

/* A "{name}" of a template, and what the path has there, still encoded. */
struct caught {
	const char *name, *value;
	size_t name_len, value_len;
};

struct walk {
	const char *rest;              /* what of the request's path is left */
	size_t count;
	struct caught caught[WORDS_MAX];
};

/* Is this segment, percent-encoded or not, the fixed one of a template? */
static bool segment_is(struct arena *arena, const char *segment, size_t taken, const char *name,
		       size_t len)
{
	if (memchr(segment, '%', taken) == NULL)
		return taken == len && strncmp(segment, name, len) == 0;
	const char *decoded = req_decode(arena, segment, taken, false);
	return decoded != NULL && strlen(decoded) == len && strncmp(decoded, name, len) == 0;
}

/* Take one "/segment" or "/{name}" of the template from the path. */
static bool segment_take(struct walk *walk, const char *template, size_t len, struct arena *arena)
{
	if (walk->rest[0] != '/')
		return false;
	const char *segment = walk->rest + 1;
	size_t taken = strcspn(segment, "/");

	if (template[1] != '{') {
		if (!segment_is(arena, segment, taken, template + 1, len - 1))
			return false;
	} else {
		if (taken == 0 || walk->count == WORDS_MAX)
			return false;
		walk->caught[walk->count++] = (struct caught){
			.name = template + 2, .name_len = len - 3,
			.value = segment, .value_len = taken,
		};
	}
	walk->rest = segment + taken;
	return true;
}

static bool template_take(struct walk *walk, const char *template, struct arena *arena)
{
	while (template[0] != '\0') {
		size_t len = 1 + strcspn(template + 1, "/");
		if (!segment_take(walk, template, len, arena))
			return false;
		template += len;
	}
	return true;
}

/* Does the path begin as the mount does? */
static bool mount_fits(struct req *rq, const struct mount *mount, struct walk *walk)
{
	walk->rest = strcmp(rq->path, "/") == 0 ? "" : rq->path;
	walk->count = 0;
	return template_take(walk, mount->prefix, rq->arena);
}

/* Does all that lies below the mount fit the route? "/" of a route is the mount itself. */
static bool route_fits(struct req *rq, const struct route *route, struct walk *walk)
{
	const char *template = strcmp(route->path, "/") == 0 ? "" : route->path;

	return template_take(walk, template, rq->arena) && walk->rest[0] == '\0';
}

static bool words_keep(struct req *rq, const struct walk *walk)
{
	rq->word_count = walk->count;
	for (size_t n = 0; n < walk->count; n++) {
		const struct caught *caught = &walk->caught[n];
		rq->words[n].name = arena_strndup(rq->arena, caught->name, caught->name_len);
		rq->words[n].value = req_decode(rq->arena, caught->value, caught->value_len,
						false);
		if (rq->words[n].value == NULL)
			return problem(rq, 400, "%s in the path is not properly percent-encoded",
				       rq->words[n].name);
	}
	return true;
}

/* ---- Accept (freezer-v1-v2 2.3) ------------------------------------------------------------- */

static bool range_is(const char *range, size_t len, const char *name)
{
	return strlen(name) == len && strncasecmp(range, name, len) == 0;
}

/* Does an element of Accept have a quality of 0? */
static bool range_is_refused(const char *range, size_t len)
{
	const char *end = range + len;
	const char *at = memchr(range, ';', len);

	for (; at != NULL; at = memchr(at, ';', (size_t)(end - at))) {
		at += 1 + strspn(at + 1, " \t");
		if (at + 2 < end && strncasecmp(at, "q=", 2) == 0)
			return strspn(at + 2, "0.") == strcspn(at + 2, ",; \t");
	}
	return false;
}

/* One element of Accept: does it let JSON through? */
static bool range_takes_json(const char *range, size_t len)
{
	size_t type = strcspn(range, "; \t,");

	if (range_is_refused(range, len))
		return false;
	return range_is(range, type, "*/*") || range_is(range, type, "application/*") ||
	       range_is(range, type, "application/json") ||
	       range_is(range, type, "application/json-home");
}

static bool accepts_json(const char *accept)
{
	if (accept == NULL)
		return true;
	while (accept[0] != '\0') {
		accept += strspn(accept, " \t,");
		size_t len = strcspn(accept, ",");
		if (len > 0 && range_takes_json(accept, len))
			return true;
		accept += len;
	}
	return false;
}

/* The Data Protection API answers in JSON whatever was asked for (data-protection-v1 2.1). */
static bool is_acceptable(const struct req *rq)
{
	return rq->service == SERVICE_DATA_PROTECT || accepts_json(rq->accept);
}

/* ---- the search ----------------------------------------------------------------------------- */

/* The methods that a path knows, for Allow. */
static const char *allow_text(struct req *rq, unsigned methods)
{
	struct text allow = { .arena = rq->arena };

	for (size_t n = 0; n < ARRAY_SIZE(method_names); n++) {
		if (methods & (1u << n))
			text_printf(&allow, "%s, ", method_names[n]);
	}
	text_puts(&allow, "OPTIONS");
	return allow.data;
}

/* A resource that two API versions serve may have rows for one of them. */
static bool is_served(const struct mount *mount, const struct route *route)
{
	unsigned other = mount->version == 1 ? ONLY_V2 : ONLY_V1;
	return (route->flags & other) == 0;
}

/* The number of the first route of each resource that is served. */
static size_t numbers[ARRAY_SIZE(served) + 1];

static void rows_number(void)
{
	numbers[0] = 1;
	for (size_t n = 0; n < ARRAY_SIZE(served); n++) {
		const struct route *route = served[n].resource->routes;
		while (route->path != NULL)
			route++;
		numbers[n + 1] = numbers[n] + (size_t)(route - served[n].resource->routes);
	}
}

static size_t number_of(const struct served *row, const struct route *route)
{
	if (numbers[0] == 0)
		rows_number();
	return numbers[row - served] + (size_t)(route - row->resource->routes);
}

size_t route_count(void)
{
	if (numbers[0] == 0)
		rows_number();
	return numbers[ARRAY_SIZE(served)];
}

static bool route_take(struct req *rq, const struct served *row, const struct route *route,
		       const struct walk *walk)
{
	rq->resource = row->resource;
	rq->route = route;
	rq->row = number_of(row, route);
	rq->api_version = mounts[row->mount].version;
	return words_keep(rq, walk);
}

static bool method_refuse(struct req *rq, unsigned methods)
{
	if (methods == 0)
		return problem_titled(rq, 404, "404 Not Found", "there is nothing at this path");
	rq->reply.allow = allow_text(rq, methods);
	if (rq->method == METHOD_OPTIONS)
		return reply_empty(rq, 200);
	return problem_titled(rq, 405, "405 Method Not Allowed", "%s is not allowed here: use %s",
			      rq->method == METHOD_OTHER ? "this method" : rq->method_name,
			      rq->reply.allow);
}

bool route_match(struct req *rq)
{
	unsigned methods = 0;
	bool acceptable = is_acceptable(rq);
	struct walk start, walk;

	/* where Keystone gives out the tokens, ours open nothing, and none are given out */
	if (rq->service == SERVICE_IDENTITY && !identity_is_standalone())
		return method_refuse(rq, 0);
	for (size_t n = 0; n < ARRAY_SIZE(served); n++) {
		const struct mount *mount = &mounts[served[n].mount];
		if (mount->service != rq->service || !mount_fits(rq, mount, &start))
			continue;
		const struct route *route = served[n].resource->routes;
		for (; route->path != NULL; route++) {
			walk = start;
			if (!is_served(mount, route) || !route_fits(rq, route, &walk))
				continue;
			methods |= 1u << route->method;
			if (route->method != rq->method)
				continue;
			if (acceptable || (route->flags & ANY_ACCEPT) != 0)
				return route_take(rq, &served[n], route, &walk);
		}
	}
	if (!acceptable)
		return problem(rq, 406, "this API answers in application/json only");
	return method_refuse(rq, methods);
}

void route_each(void (*look)(const struct row *row, void *argument), void *argument)
{
	for (size_t n = 0; n < ARRAY_SIZE(served); n++) {
		const struct mount *mount = &mounts[served[n].mount];
		struct row row = { mount->service, mount->version, mount->prefix,
				   served[n].resource, served[n].resource->routes, 0 };
		for (; row.route->path != NULL; row.route++) {
			row.number = number_of(&served[n], row.route);
			if (is_served(mount, row.route))
				look(&row, argument);
		}
	}
}
