/* Providers as the API shows them; what they are is in their files (src/provider). */
#include "config.h"

#include "karbor/karbor.h"

#include <string.h>

#include "base/text.h"
#include "provider/provider.h"
#include "schema/schema.h"

/* ---- what it does --------------------------------------------------------------------------- */

/* A filter that is absent or empty lets everything through. */
static bool passes(const char *filter, const char *value)
{
	return filter == NULL || filter[0] == '\0' || strcmp(filter, value) == 0;
}

/* Only administrators may ask for an id (spec data-protection-v1 2.10). */
static const char *id_filter(struct req *rq)
{
	return rq->is_privileged ? req_parameter(rq, "id") : NULL;
}

/* Behind the marker, if it is a provider's id, and with the id, name and description asked for? */
static bool is_wanted(struct req *rq, const struct provider *provider)
{
	const char *marker = req_parameter(rq, "marker");
	bool is_behind = marker == NULL || provider_find(marker) == NULL ||
			 strcmp(provider_id(provider), marker) > 0;

	return is_behind && passes(id_filter(rq), provider_id(provider)) &&
	       passes(req_parameter(rq, "name"), provider_name(provider)) &&
	       passes(req_parameter(rq, "description"), provider_description(provider));
}

/* By id, whatever sort and offset say (spec data-protection-v1 3.2). */
static bool provider_list(struct req *rq)
{
	struct text out = { .arena = rq->arena };
	const struct provider *last = NULL;
	int64_t limit, offset;

	if (!karbor_part(rq, &limit, &offset))
		return false;
	text_puts(&out, "{\"providers\": [");
	for (size_t n = 0; n < provider_count(); n++) {
		const struct provider *provider = provider_at(n);
		if (!is_wanted(rq, provider))
			continue;
		if (limit-- == 0) {
			text_puts(&out, karbor_page_tail(rq, "providers", provider_id(last)));
			return reply_json(rq, 200, out.data);
		}
		text_puts(&out, last == NULL ? "" : ", ");
		text_puts(&out, provider_json(provider));
		last = provider;
	}
	text_puts(&out, "]}");
	return reply_json(rq, 200, out.data);
}

static bool provider_show(struct req *rq)
{
	const char *id = karbor_id(rq, "provider_id");

	if (id == NULL)
		return false;
	const struct provider *provider = provider_find(id);
	if (provider == NULL)
		return problem(rq, 404, "there is no provider %s", id);
	const char *json = provider_json(provider);
	return karbor_reply(rq, "provider", json, strlen(json));
}

/* ---- how it is reached ---------------------------------------------------------------------- */

static const struct route provider_routes[] = {
	{ METHOD_GET, "/providers", "provider:get_all", provider_list, NULL, 0, 200 },
	{ METHOD_GET, "/providers/{provider_id}", "provider:get", provider_show, NULL, 0, 200 },
	{ 0 }
};

static const struct field schemas_fields[] = {
	{ .name = "options_schema", .kinds = OBJECT, .flags = REQUIRED },
	{ .name = "saved_info_schema", .kinds = OBJECT, .flags = REQUIRED },
	{ .name = "restore_schema", .kinds = OBJECT, .flags = REQUIRED },
	{ 0 }
};
static const struct shape schemas_shape = { .fields = schemas_fields };
static const struct field shown_fields[] = {
	{ .name = "name", .kinds = STRING, .flags = REQUIRED },
	{ .name = "description", .kinds = STRING, .flags = REQUIRED },
	{ .name = "extended_info_schema", .kinds = OBJECT, .flags = REQUIRED,
	  .shape = &schemas_shape },
	{ 0 }
};
static const struct shape shown_shape = { .fields = shown_fields, .wrapper = "provider" };

const struct resource karbor_provider = { "providers", provider_routes, "id", &shown_shape };
