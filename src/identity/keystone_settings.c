/* [keystone_authtoken], checked as a whole: what is half-set keeps a service from starting. */
#include "config.h"

#include "identity/keystone.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/log.h"
#include "base/settings.h"

#define GROUP "[keystone_authtoken]"
#define ANSWER_MAX ((size_t)1024 * 1024)   /* the catalog of a large cloud has some 100 kB */

static bool complain(const char *what)
{
	log_error(GROUP " %s", what);
	return false;
}

static bool is_set(enum setting setting)
{
	return setting_text(setting)[0] != '\0';
}

/* ---- the parts ------------------------------------------------------------------------------ */

static bool is_url(const char *text)
{
	size_t scheme = strncasecmp(text, "https://", 8) == 0 ? 8 :
			strncasecmp(text, "http://", 7) == 0 ? 7 : 0;
	size_t len = strlen(text);

	return scheme > 0 && len > scheme && text[scheme] != '/' &&
	       strcspn(text, " \t\"\\?#@") == len;
}

static bool urls_check(void)
{
	bool good = true;

	if (!is_url(setting_text(SETTING_KEYSTONE_AUTH_URL)))
		good = complain("auth_url is not http://HOST or https://HOST, as in "
				"https://keystone.example.org:5000");
	if (is_set(SETTING_KEYSTONE_PUBLIC_URI) &&
	    !is_url(setting_text(SETTING_KEYSTONE_PUBLIC_URI)))
		good = complain("www_authenticate_uri is not http://HOST or https://HOST");
	return good;
}

static bool auth_type_check(void)
{
	const char *type = setting_text(SETTING_KEYSTONE_AUTH_TYPE);

	if (strcmp(type, "password") == 0 || strcmp(type, "v3password") == 0)
		return true;
	return complain("auth_type can only be password");
}

static bool user_check(void)
{
	bool good = true;

	if (!is_set(SETTING_KEYSTONE_USERNAME) && !is_set(SETTING_KEYSTONE_USER_ID))
		good = complain("username or user_id is missing");
	if (is_set(SETTING_KEYSTONE_USERNAME) && !is_set(SETTING_KEYSTONE_USER_ID) &&
	    !is_set(SETTING_KEYSTONE_USER_DOMAIN_NAME) && !is_set(SETTING_KEYSTONE_USER_DOMAIN_ID))
		good = complain("user_domain_name or user_domain_id is missing; often it is "
				"Default");
	if (!is_set(SETTING_KEYSTONE_PASSWORD))
		good = complain("password is missing");
	return good;
}

static bool project_check(void)
{
	if (!is_set(SETTING_KEYSTONE_PROJECT_NAME) && !is_set(SETTING_KEYSTONE_PROJECT_ID))
		return complain("project_name or project_id is missing");
	if (!is_set(SETTING_KEYSTONE_PROJECT_ID) && !is_set(SETTING_KEYSTONE_PROJECT_DOMAIN_NAME) &&
	    !is_set(SETTING_KEYSTONE_PROJECT_DOMAIN_ID))
		return complain("project_domain_name or project_domain_id is missing; often it is "
				"Default");
	return true;
}

static bool file_check(enum setting setting, const char *name)
{
	const char *path = setting_text(setting);

	if (path[0] == '\0' || access(path, R_OK) == 0)
		return true;
	log_error(GROUP " %s: %s can't be read: %m", name, path);
	return false;
}

static bool trust_check(void)
{
	bool good = file_check(SETTING_KEYSTONE_CAFILE, "cafile");

	good = file_check(SETTING_KEYSTONE_CERTFILE, "certfile") && good;
	good = file_check(SETTING_KEYSTONE_KEYFILE, "keyfile") && good;
	if (is_set(SETTING_KEYSTONE_KEYFILE) && !is_set(SETTING_KEYSTONE_CERTFILE))
		good = complain("keyfile is set and certfile is not");
	return good;
}

static bool interface_check(void)
{
	static const char *const words[] = { "", "public", "internal", "admin" };

	for (size_t n = 0; n < sizeof(words) / sizeof(words[0]); n++) {
		if (strcmp(setting_text(SETTING_KEYSTONE_INTERFACE), words[n]) == 0)
			return true;
	}
	return complain("interface is public, internal or admin");
}

/* Without auth_url the group is for nobody; a service user there says that one was meant. */
static bool is_empty(void)
{
	return !is_set(SETTING_KEYSTONE_USERNAME) && !is_set(SETTING_KEYSTONE_USER_ID) &&
	       !is_set(SETTING_KEYSTONE_PASSWORD) && !is_set(SETTING_KEYSTONE_PROJECT_NAME) &&
	       !is_set(SETTING_KEYSTONE_PROJECT_ID) && !is_set(SETTING_KEYSTONE_PUBLIC_URI);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static bool group_check(void)
{
	bool good = urls_check();

	good = auth_type_check() && good;
	good = user_check() && good;
	good = project_check() && good;
	good = trust_check() && good;
	return interface_check() && good;
}

static struct http_settings http_settings_read(void)
{
	return (struct http_settings){
		.cafile = setting_text(SETTING_KEYSTONE_CAFILE),
		.certfile = setting_text(SETTING_KEYSTONE_CERTFILE),
		.keyfile = setting_text(SETTING_KEYSTONE_KEYFILE),
		.insecure = setting_bool(SETTING_KEYSTONE_INSECURE),
		.connect_timeout_ms = setting_int(SETTING_KEYSTONE_CONNECT_TIMEOUT) * 1000,
		.answer_max = ANSWER_MAX,
	};
}

bool keystone_settings_read(struct keystone_settings *settings)
{
	const char *auth_url = setting_text(SETTING_KEYSTONE_AUTH_URL);
	bool is_standalone = auth_url[0] == '\0';

	*settings = (struct keystone_settings){
		.auth_url = auth_url,
		.public_uri = is_set(SETTING_KEYSTONE_PUBLIC_URI) ?
			      setting_text(SETTING_KEYSTONE_PUBLIC_URI) : auth_url,
		.username = setting_text(SETTING_KEYSTONE_USERNAME),
		.user_id = setting_text(SETTING_KEYSTONE_USER_ID),
		.password = setting_text(SETTING_KEYSTONE_PASSWORD),
		.user_domain_name = setting_text(SETTING_KEYSTONE_USER_DOMAIN_NAME),
		.user_domain_id = setting_text(SETTING_KEYSTONE_USER_DOMAIN_ID),
		.project_name = setting_text(SETTING_KEYSTONE_PROJECT_NAME),
		.project_id = setting_text(SETTING_KEYSTONE_PROJECT_ID),
		.project_domain_name = setting_text(SETTING_KEYSTONE_PROJECT_DOMAIN_NAME),
		.project_domain_id = setting_text(SETTING_KEYSTONE_PROJECT_DOMAIN_ID),
		.region = setting_text(SETTING_KEYSTONE_REGION),
		.interface = setting_text(SETTING_KEYSTONE_INTERFACE),
		.service_roles = setting_text(SETTING_KEYSTONE_SERVICE_ROLES),
		.service_roles_required = setting_bool(SETTING_KEYSTONE_SERVICE_ROLES_REQUIRED),
		.cache_time = setting_int(SETTING_KEYSTONE_CACHE_TIME),
		.request_timeout = setting_int(SETTING_KEYSTONE_REQUEST_TIMEOUT),
		.retries = setting_int(SETTING_KEYSTONE_RETRIES),
		.http = http_settings_read(),
	};
	if (is_standalone)
		return is_empty() || complain("auth_url is missing, and other options are set");
	return group_check();
}
