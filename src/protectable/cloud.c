/* The services of a caller's cloud: found in the catalog, asked with the caller's token. */
#include "config.h"

#include "protectable/cloud.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "cloud/http.h"
#include "protectable/protectable.h"

#define ANSWER_MAX (4 * 1024 * 1024)
#define CONNECT_TIMEOUT_MS 2000
#define RETRY_AFTER 2                /* seconds */

static struct cloud_settings settings;
static struct http_client *client;

/* What each service is called in catalogs, the newest name first. */
static const char *const types[][4] = {
	[CLOUD_COMPUTE] = { "compute", NULL },
	[CLOUD_VOLUME] = { "block-storage", "volumev3", "volume", NULL },
	[CLOUD_IMAGE] = { "image", NULL },
};

bool protectable_configure(const struct cloud_settings *from)
{
	settings = *from;
	http_client_free(client);
	client = http_client_new(&(struct http_settings){
		.cafile = settings.cafile, .insecure = settings.insecure,
		.connect_timeout_ms = CONNECT_TIMEOUT_MS, .answer_max = ANSWER_MAX,
	});
	return client != NULL;
}

/* ---- the catalog ---------------------------------------------------------------------------- */

static bool cloud_open(struct cloud *cloud)
{
	if (cloud->is_open)
		return true;
	cloud->deadline_us = clock_monotonic_us() + settings.request_timeout * 1000000;
	cloud->is_open = identity_cloud(cloud->rq, cloud->deadline_us, &cloud->access);
	return cloud->is_open;
}

/* Without slashes at its end; NULL when the catalog has none. */
static const char *service_url(struct cloud *cloud, enum cloud_service service)
{
	for (const char *const *type = types[service]; *type != NULL; type++) {
		const char *url = catalog_find(cloud->access.catalog, *type,
					       settings.interface, settings.region);
		if (url == NULL)
			continue;
		size_t len = strlen(url);
		while (len > 0 && url[len - 1] == '/')
			len--;
		return arena_strndup(cloud->rq->arena, url, len);
	}
	return NULL;
}

bool cloud_has(struct cloud *cloud, enum cloud_service service, bool *has)
{
	if (!cloud_open(cloud))
		return false;
	*has = service_url(cloud, service) != NULL;
	return true;
}

/* ---- questions ------------------------------------------------------------------------------ */

static bool away(struct cloud *cloud, enum cloud_service service, const char *reason)
{
	log_error("the %s service of the cloud can't be asked: %s", types[service][0], reason);
	cloud->rq->reply.retry_after = RETRY_AFTER;
	return problem(cloud->rq, 503, "the %s service of the cloud is not available at the moment",
		       types[service][0]);
}

static bool answer_read(struct cloud *cloud, struct arena *arena, enum cloud_service service,
			const struct http_answer *answer, struct json_object **body)
{
	struct json_error error;

	*body = NULL;
	if (answer->status == 404)
		return true;
	if (answer->status == 401 || answer->status == 403)
		return problem(cloud->rq, 403, "the %s service of the cloud refuses this user",
			       types[service][0]);
	if (answer->status != 200)
		return away(cloud, service, arena_printf(cloud->rq->arena, "it answers %d",
							 answer->status));
	if (!json_parse_stored(arena, answer->text, answer->len, body, &error))
		return away(cloud, service, error.reason);
	return true;
}

/* As cloud_get(), with the answer in an arena of its own. */
static bool get_into(struct cloud *cloud, struct arena *arena, enum cloud_service service,
		     const char *path, struct json_object **body)
{
	struct http_answer answer;

	if (!cloud_open(cloud))
		return false;
	const char *url = service_url(cloud, service);
	if (url == NULL)
		return problem(cloud->rq, 404, "the cloud's catalog has no %s service",
			       types[service][0]);
	const struct http_request request = {
		.method = "GET", .url = arena_printf(arena, "%s%s", url, path),
		.headers = { { "X-Auth-Token", cloud->access.token },
			     { "X-Service-Token", cloud->access.service_token },
			     { "X-Openstack-Request-Id", cloud->rq->request_id },
			     { "Accept", "application/json" } },
		.timeout_ms = (cloud->deadline_us - clock_monotonic_us()) / 1000,
	};
	if (!http_ask(client, arena, &request, &answer))
		return away(cloud, service, answer.failure);
	return answer_read(cloud, arena, service, &answer, body);
}

bool cloud_get(struct cloud *cloud, enum cloud_service service, const char *path,
	       struct json_object **body)
{
	return get_into(cloud, cloud->rq->arena, service, path, body);
}

const char *cloud_encode(struct cloud *cloud, const char *text)
{
	struct text out = { .arena = cloud->rq->arena };

	text_add(&out, "", 0);
	for (const char *at = text; *at != '\0'; at++) {
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~",
			   *at) != NULL)
			text_add(&out, at, 1);
		else
			text_printf(&out, "%%%02X", (unsigned char)*at);
	}
	return out.data;
}

/* ---- lists ---------------------------------------------------------------------------------- */

/* The documents of a page to take(); the id of the last, or NULL when the walk is over. */
static const char *page_take(const struct cloud_walk *walk, struct json_object *list)
{
	const char *last = NULL;

	for (size_t n = 0; n < json_array_length(list); n++) {
		struct json_object *document = json_object_array_get_idx(list, n);
		last = json_get_string(document, "id");
		if (last == NULL || !walk->take(document, walk->argument))
			return NULL;
	}
	return json_array_length(list) < CLOUD_PAGE ? NULL : last;
}

/* One page; *marker becomes that of the next one, or NULL. */
static bool page_walk(struct cloud *cloud, struct arena *arena, const struct cloud_walk *walk,
		      const char **marker)
{
	struct json_object *body;
	const char *path = arena_printf(arena, "%s?limit=%d%s%s", walk->path, CLOUD_PAGE,
					*marker == NULL ? "" : "&marker=",
					*marker == NULL ? "" : cloud_encode(cloud, *marker));

	if (!get_into(cloud, arena, walk->service, path, &body))
		return false;
	if (body == NULL)
		return problem(cloud->rq, 404, "marker names nothing in this list");
	const char *last = page_take(walk, json_get(body, walk->items));
	*marker = last == NULL ? NULL : arena_strdup(cloud->rq->arena, last);
	return true;
}

bool cloud_walk(struct cloud *cloud, const struct cloud_walk *walk)
{
	struct arena *arena = arena_new();   /* a page is gone before the next one comes */
	const char *marker = walk->marker;
	bool walked = true;

	for (int seen = 0; walked && seen < cloud->list_max; seen += CLOUD_PAGE) {
		walked = page_walk(cloud, arena, walk, &marker);
		arena_reset(arena);
		if (marker == NULL)
			break;
	}
	arena_free(arena);
	cloud->is_cut = cloud->is_cut || (walked && marker != NULL);
	return walked;
}
