/* doctor: the API as a client sees it, and what of a client's request arrives. */
#include "config.h"

#include "admin/doctor_int.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/settings.h"
#include "cloud/http.h"

#define TIMEOUT_MS 10000
#define CONNECT_TIMEOUT_MS 3000
#define ANSWER_MAX ((size_t)1 << 20)
#define REQUEST_ID 0               /* in the headers of an answer */

struct visit {
	struct checkup *checkup;
	struct http_client *client;
	const char *url;             /* without / at its end */
};

static bool visit_ask(const struct visit *visit, const char *path, struct http_header header,
		      struct http_answer *answer)
{
	struct http_request request = {
		.method = "GET", .timeout_ms = TIMEOUT_MS, .headers = { header },
		.url = arena_printf(visit->checkup->arena, "%s%s", visit->url, path),
		.wanted = { [REQUEST_ID] = "X-Openstack-Request-Id" },
	};

	if (http_ask(visit->client, visit->checkup->arena, &request, answer))
		return true;
	doctor_tell(visit->checkup, HEALTH_BAD, "see nginx' log", "%s: %s", request.url,
		    answer->failure);
	return false;
}

/* ---- each service --------------------------------------------------------------------------- */

/* The path, and what an answer of that service holds. */
static const struct service_look {
	const char *path;
	const char *piece;
	const char *what;
} services[] = {
	{ "/", "\"v2\"", "the Freezer API" },
	{ "/data-protect/", "\"v1.0\"", "the Data Protection API" },
	{ "/identity/v3", "\"version\"", "the standalone identity" },
	{ NULL }
};

/* Nobody answers: nginx' own words, or those of what is in front of it. */
static bool is_away(int status)
{
	return status == 502 || status == 503 || status == 504;
}

static bool service_check(const struct visit *visit, const struct service_look *look)
{
	struct http_answer answer;

	if (!visit_ask(visit, look->path, (struct http_header){ NULL, NULL }, &answer))
		return false;
	if (is_away(answer.status)) {
		doctor_tell(visit->checkup, HEALTH_BAD, "start the workers; the lines above and "
			    "nginx' log say more", "%s%s is answered %d: no worker can be reached",
			    visit->url, look->path, answer.status);
		return false;
	}
	if (strstr(answer.text, look->piece) != NULL && answer.status < 400)
		return true;
	doctor_tell(visit->checkup, HEALTH_BAD, "see SERVICE and MOUNT in nginx' site",
		    "%s is not at %s%s, which is answered %d", look->what, visit->url, look->path,
		    answer.status);
	return true;
}

/* ---- what arrives --------------------------------------------------------------------------- */

static void lost_tell(const struct visit *visit, const char *param, const char *loss)
{
	doctor_tell(visit->checkup, HEALTH_BAD, "pass it in nginx' site, or in the proxy in front "
		    "of it", "%s does not reach the workers: %s", param, loss);
}

static void request_id_check(const struct visit *visit)
{
	char id[UUID_DASHED_SIZE];
	struct http_answer answer;

	uuid_dashed(id);
	const char *wanted = arena_printf(visit->checkup->arena, "req-%s", id);
	if (!visit_ask(visit, "/v2/doctor/jobs",
		       (struct http_header){ "X-Openstack-Request-Id", wanted }, &answer))
		return;
	const char *got = answer.headers[REQUEST_ID];
	if (got == NULL || strcmp(got, wanted) != 0)
		lost_tell(visit, "X-Openstack-Request-Id", "a caller's id is not in our log");
}

/* Who takes no JSON is told that there is nothing else. */
static void accept_check(const struct visit *visit)
{
	struct http_answer answer;
	const struct http_header picture = { "Accept", "image/png" };

	if (visit_ask(visit, "/v2/doctor/jobs", picture, &answer) && answer.status != 406)
		lost_tell(visit, "Accept", "clients that take no JSON get it all the same");
}

/* Links must lead to where the client came from. */
static void links_check(const struct visit *visit)
{
	const char *public = setting_text(SETTING_PUBLIC_ENDPOINT);
	const char *origin = public[0] != '\0' ? public : visit->url;
	struct http_answer answer;

	if (!visit_ask(visit, "/data-protect/", (struct http_header){ NULL, NULL }, &answer))
		return;
	if (strstr(answer.text, arena_printf(visit->checkup->arena, "\"%s/", origin)) == NULL)
		doctor_tell(visit->checkup, HEALTH_WARN, "pass HTTP_HOST and REQUEST_SCHEME, or "
			    "set [api] public_endpoint to where clients find us",
			    "links in answers do not begin with %s/", origin);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void visit_make(const struct visit *visit)
{
	bool has_keystone = setting_text(SETTING_KEYSTONE_AUTH_URL)[0] != '\0';

	for (const struct service_look *look = services; look->path != NULL; look++) {
		bool is_unused = has_keystone && look[1].path == NULL;
		if (!is_unused && !service_check(visit, look))
			return;
	}
	request_id_check(visit);
	accept_check(visit);
	links_check(visit);
}

void doctor_url(struct checkup *checkup)
{
	const char *url = checkup->wish->url;
	const struct http_settings settings = { .connect_timeout_ms = CONNECT_TIMEOUT_MS,
						.answer_max = ANSWER_MAX };

	if (url == NULL)
		url = setting_text(SETTING_PUBLIC_ENDPOINT);
	if (url[0] == '\0') {
		doctor_tell(checkup, HEALTH_SKIP, NULL,
			    "say with --url where clients find the API");
		return;
	}
	size_t len = strlen(url);
	struct visit visit = { checkup, http_client_new(&settings),
			       arena_strndup(checkup->arena, url, len - (url[len - 1] == '/')) };
	if (visit.client == NULL) {
		doctor_tell(checkup, HEALTH_BAD, NULL, "%s", doctor_said(checkup, "libcurl fails"));
		return;
	}
	visit_make(&visit);
	http_client_free(visit.client);
}
