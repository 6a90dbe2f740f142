/* doctor: the way of a request: nginx' site, the socket behind it, the workers, and all of it. */
#include "config.h"

#include "admin/doctor_int.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/settings.h"
#include "http/http.h"
#include "identity/identity.h"

#define SITE_USUAL "/etc/nginx/sites-enabled/permafrost"
#define SOCKET_USUAL "/run/permafrost/api.sock"
#define WEB_USER_USUAL "www-data"
#define WORKER_TIMEOUT_MS 5000

/* ---- nginx' site ---------------------------------------------------------------------------- */

static bool is_read(const char *name)
{
	for (const struct http_param *param = http_params; param->name != NULL; param++) {
		if (strcmp(param->name, name) == 0)
			return true;
	}
	return false;
}

static void params_check(struct checkup *checkup, const struct site_location *location)
{
	struct text strange = { .arena = checkup->arena };

	for (const struct http_param *param = http_params; param->name != NULL; param++) {
		if (site_param(location, param->name) == NULL)
			doctor_tell(checkup, HEALTH_BAD, "include permafrost_params there, and set "
				    "SERVICE and MOUNT", "%s does not pass %s: %s", location->name,
				    param->name, param->loss);
	}
	for (const struct site_param *param = location->params; param; param = param->next) {
		if (!is_read(param->name))
			text_printf(&strange, "%s%s", strange.len == 0 ? "" : ", ", param->name);
	}
	if (strange.len > 0)
		doctor_tell(checkup, HEALTH_WARN, "leave them out", "%s passes what no worker "
			    "reads: %s", location->name, strange.data);
}

static void location_check(struct checkup *checkup, const struct site_location *location)
{
	int64_t body_max = setting_int(SETTING_BODY_MAX);

	params_check(checkup, location);
	if (location->passes_headers)
		doctor_tell(checkup, HEALTH_WARN, "set fastcgi_pass_request_headers off",
			    "%s passes every header that a client thinks of", location->name);
	if (location->body_max != 0 && location->body_max < body_max)
		doctor_tell(checkup, HEALTH_WARN, "make client_max_body_size as large",
			    "%s takes bodies of %lld bytes, [api] body_max is %lld", location->name,
			    (long long)location->body_max, (long long)body_max);
}

static void services_check(struct checkup *checkup)
{
	static const char *const services[] = { "backup", "data-protect", "identity" };

	for (size_t n = 0; n < sizeof(services) / sizeof(services[0]); n++) {
		const struct site_location *location = checkup->site.locations;
		while (location != NULL &&
		       strcmp(services[n], site_param(location, "SERVICE") == NULL ? "" :
			      site_param(location, "SERVICE")) != 0)
			location = location->next;
		bool is_unused = n == 2 && setting_text(SETTING_KEYSTONE_AUTH_URL)[0] != '\0';
		if (location == NULL && !is_unused)
			doctor_tell(checkup, HEALTH_WARN, "see permafrost.site.in",
				    "no location has SERVICE %s", services[n]);
	}
}

void doctor_site(struct checkup *checkup)
{
	const char *given = checkup->wish->site, *path = given == NULL ? SITE_USUAL : given, *why;

	if (given == NULL && access(path, F_OK) != 0) {
		doctor_tell(checkup, HEALTH_SKIP, NULL,
			    "there is no %s; say with --site where it is", path);
		return;
	}
	if (!site_read(checkup->arena, path, &checkup->site, &why)) {
		doctor_tell(checkup, HEALTH_BAD, "see nginx -t", "%s", why);
		checkup->site.locations = NULL;
		return;
	}
	if (checkup->site.locations == NULL)
		doctor_tell(checkup, HEALTH_BAD, "see permafrost.site.in",
			    "no location of %s has a fastcgi_pass", path);
	for (const struct site_location *location = checkup->site.locations; location != NULL;
	     location = location->next)
		location_check(checkup, location);
	if (checkup->site.locations != NULL)
		services_check(checkup);
}

/* ---- the socket ----------------------------------------------------------------------------- */

static const char *socket_meant(const struct checkup *checkup)
{
	const struct site_location *first = checkup->site.locations;

	if (checkup->wish->socket != NULL)
		return checkup->wish->socket;
	const char *path = first == NULL ? NULL : site_socket(&checkup->site, first);
	return path == NULL ? SOCKET_USUAL : path;
}

static void web_user_check(struct checkup *checkup)
{
	const char *name = checkup->wish->web_user == NULL ? WEB_USER_USUAL :
							     checkup->wish->web_user;
	const struct account *account = account_of(checkup->arena, name);
	const char *obstacle;

	if (account == NULL)
		doctor_tell(checkup, HEALTH_WARN, "say with --web-user whom nginx runs as",
			    "there is no user %s", name);
	else if (!account_may(checkup->arena, account, checkup->socket, R_OK | W_OK, &obstacle))
		doctor_tell(checkup, HEALTH_BAD, "start the workers with a socket of mode 0660 "
			    "that belongs to its group", "%s", obstacle);
}

void doctor_socket(struct checkup *checkup)
{
	const char *path = checkup->socket = socket_meant(checkup);
	struct stat info;

	if (stat(path, &info) != 0) {
		doctor_tell(checkup, HEALTH_BAD, "start the workers, or say with --socket where "
			    "theirs is", "%s: %m", path);
		return;
	}
	if (!S_ISSOCK(info.st_mode)) {
		doctor_tell(checkup, HEALTH_BAD, "remove it and start the workers",
			    "%s is no socket", path);
		return;
	}
	checkup->has |= HAS_SOCKET;
	web_user_check(checkup);
	if ((info.st_mode & S_IWOTH) != 0)
		doctor_tell(checkup, HEALTH_BAD, "give it mode 0660: who writes to it can say "
			    "anything, and stop a worker", "everybody may write to %s, which has "
			    "mode %04o", path, (unsigned)(info.st_mode & 07777));
}

/* ---- the workers ---------------------------------------------------------------------------- */

/* Ask with a token that nobody has and that was never asked for: 401 says that it was looked for in
 * the database, or at Keystone. */
static bool worker_ask(struct checkup *checkup, const char *path, struct http_told *told)
{
	char token[UUID_HEX_SIZE];

	/* a worker may be waiting for Keystone itself */
	const int64_t timeout_ms = WORKER_TIMEOUT_MS +
				   setting_int(SETTING_KEYSTONE_REQUEST_TIMEOUT) * 1000;

	uuid_hex(token);
	const struct http_word words[] = {
		{ "SERVICE", "backup" }, { "MOUNT", "" }, { "REQUEST_METHOD", "GET" },
		{ "REQUEST_URI", path }, { "QUERY_STRING", "" }, { "REQUEST_SCHEME", "http" },
		{ "REMOTE_ADDR", "127.0.0.1" }, { "HTTP_HOST", "localhost" },
		{ "HTTP_X_AUTH_TOKEN", token }, { NULL, NULL }
	};

	return http_ask_worker(checkup->arena, checkup->socket, words, timeout_ms, told);
}

void doctor_workers(struct checkup *checkup)
{
	struct http_told told;

	if (access(checkup->socket, W_OK) != 0) {
		doctor_tell(checkup, HEALTH_SKIP, NULL, "we may not write to %s; root may",
			    checkup->socket);
		return;
	}
	if (!worker_ask(checkup, "/v2/doctor/jobs", &told))
		doctor_tell(checkup, HEALTH_BAD, told.is_silent ?
			    "start more workers, and see their log" :
			    "start the workers, and see their log", "nobody answers on %s: %s",
			    checkup->socket, told.failure);
	else if (told.status == 503)
		doctor_tell(checkup, HEALTH_BAD, "see their log", "the workers can reach neither "
			    "their database nor, where there is one, Keystone, or the schema is "
			    "not theirs");
	else if (told.status != 401)
		doctor_tell(checkup, HEALTH_BAD, "see their log",
			    "a worker answers %d where it should say 401", told.status);
}
