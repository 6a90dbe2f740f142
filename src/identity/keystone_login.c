/* The service user's own token: asked for with its password, renewed before it ends. */
#include "config.h"

#include "identity/keystone.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "identity/cloud.h"

#define INTERFACE_USUAL "internal"

static struct keystone_service service;

void keystone_service_forget(void)
{
	if (service.token != NULL)
		explicit_bzero(service.token, strlen(service.token));
	free(service.token);
	free(service.user_id);
	free(service.url);
	service = (struct keystone_service){ 0 };
}

/* ---- what we say ---------------------------------------------------------------------------- */

static bool is_set(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* "domain":{"id":...} or by name. */
static void domain_add(struct text *out, const char *id, const char *name)
{
	text_puts(out, is_set(id) ? "\"domain\":{\"id\":" : "\"domain\":{\"name\":");
	text_json_string(out, is_set(id) ? id : name);
	text_puts(out, "}");
}

/* "id":... or by name and domain. */
static void named_add(struct text *out, const char *id, const char *name, const char *domain_id,
		      const char *domain_name)
{
	text_puts(out, is_set(id) ? "\"id\":" : "\"name\":");
	text_json_string(out, is_set(id) ? id : name);
	if (is_set(id))
		return;
	text_puts(out, ",");
	domain_add(out, domain_id, domain_name);
}

static struct text login_body(struct arena *arena)
{
	const struct keystone_settings *set = &keystone_settings;
	struct text out = { .arena = arena };

	text_puts(&out, "{\"auth\":{\"identity\":{\"methods\":[\"password\"],"
			"\"password\":{\"user\":{");
	named_add(&out, set->user_id, set->username, set->user_domain_id, set->user_domain_name);
	text_puts(&out, ",\"password\":");
	text_json_string(&out, set->password);
	text_puts(&out, "}}},\"scope\":{\"project\":{");
	named_add(&out, set->project_id, set->project_name, set->project_domain_id,
		  set->project_domain_name);
	text_puts(&out, "}}}}");
	return out;
}

/* ---- what Keystone says --------------------------------------------------------------------- */

/* The settings name a Keystone of the catalog instead of auth_url. */
static bool is_in_catalog(void)
{
	return is_set(keystone_settings.region) || is_set(keystone_settings.interface);
}

/* The URL of the identity service with the interface and region of the settings, or NULL. */
static const char *catalog_url(struct json_object *catalog)
{
	const char *interface = is_set(keystone_settings.interface) ? keystone_settings.interface :
								      INTERFACE_USUAL;
	return catalog_find(catalog, "identity", interface, keystone_settings.region);
}

const char *keystone_v3_url(struct arena *arena, const char *url)
{
	size_t len = strlen(url);

	while (len > 0 && url[len - 1] == '/')
		len--;
	bool has_version = len > 3 && strncmp(url + len - 3, "/v3", 3) == 0;
	return arena_printf(arena, "%.*s%s", (int)len, url, has_version ? "" : "/v3");
}

/* Renewed in the last fifth of its life, so that one that still works is there meanwhile. */
static int64_t renewal_of(int64_t expires_at)
{
	int64_t now = clock_now();
	return expires_at <= now ? now : expires_at - (expires_at - now) / 5;
}

/* NULL when the answer made a service user of ours, else why it did not. */
static const char *login_read(struct arena *arena, const struct http_answer *answer)
{
	const char *token = answer->headers[KEYSTONE_SUBJECT_TOKEN];
	struct caller caller = { 0 };
	struct json_object *body;
	struct json_error error;

	if (token == NULL || token[0] == '\0' ||
	    !json_parse(arena, answer->text, answer->len, &body, &error) ||
	    !keystone_token_read(arena, body, &caller))
		return "the answer to the service user's login is not Keystone's";
	const char *url = keystone_settings.auth_url;
	if (is_in_catalog())
		url = catalog_url(json_get(json_get(body, "token"), "catalog"));
	if (url == NULL)
		return "the catalog has no identity service with [keystone_authtoken] interface "
		       "and region_name";
	keystone_service_forget();
	service.token = strdup(token);
	service.user_id = strdup(caller.user_id);
	service.url = strdup(keystone_v3_url(arena, url));
	service.expires_at = caller.expires_at;
	service.renew_at = renewal_of(caller.expires_at);
	if (service.token == NULL || service.user_id == NULL || service.url == NULL)
		abort();   /* as the arena does without memory */
	return NULL;
}

static const char *login_refused(struct arena *arena, int status)
{
	if (status == 401 || status == 403)
		return arena_printf(arena, "the service user is refused with %d: see username, "
				    "password, project_name and their domains in "
				    "[keystone_authtoken]", status);
	if (status == 404 || (status >= 300 && status < 400))
		return arena_printf(arena, "there is no Keystone v3 (%d): see auth_url in "
				    "[keystone_authtoken]", status);
	return arena_printf(arena, "the service user's login is answered %d", status);
}

static const char *login(struct arena *arena, int64_t deadline_us)
{
	struct text body = login_body(arena);
	struct http_answer answer;
	bool answered = keystone_ask(arena, &(struct keystone_call){
		.method = "POST",
		.url = arena_printf(arena, "%s/auth/tokens%s",
				    keystone_v3_url(arena, keystone_settings.auth_url),
				    is_in_catalog() ? "" : "?nocatalog"),
		.body = body.data, .deadline_us = deadline_us,
	}, &answer);

	explicit_bzero(body.data, body.len);
	if (!answered)
		return answer.failure;
	return answer.status == 201 ? login_read(arena, &answer) :
				      login_refused(arena, answer.status);
}

const struct keystone_service *keystone_service(struct arena *arena, int64_t deadline_us,
						const char **failure)
{
	int64_t now = clock_now();

	if (service.token != NULL && now < service.renew_at)
		return &service;
	*failure = login(arena, deadline_us);
	if (*failure == NULL)
		return &service;
	if (service.token == NULL || now >= service.expires_at)
		return NULL;
	log_warning("the service user's token is not renewed yet: %s", *failure);
	service.renew_at = now + (service.expires_at - now) / 5 + 1;
	return &service;
}

/* ---- acting for a user ---------------------------------------------------------------------- */

bool keystone_trust_login(struct arena *arena, const struct keystone_service *with,
			  const char *trust_id, int64_t deadline_us, struct http_answer *answer)
{
	struct text body = { .arena = arena };

	text_puts(&body, "{\"auth\":{\"identity\":{\"methods\":[\"token\"],\"token\":{\"id\":");
	text_json_string(&body, with->token);
	text_puts(&body, "}},\"scope\":{\"OS-TRUST:trust\":{\"id\":");
	text_json_string(&body, trust_id);
	text_puts(&body, "}}}}");
	bool answered = keystone_ask(arena, &(struct keystone_call){
		.method = "POST", .url = arena_printf(arena, "%s/auth/tokens?nocatalog", with->url),
		.body = body.data, .deadline_us = deadline_us,
	}, answer);

	explicit_bzero(body.data, body.len);
	return answered;
}
