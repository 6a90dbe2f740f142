/* From [keystone_authtoken] to who asks: what the settings must be, and which tokens a request needs. */
#include "config.h"

#include "identity/keystone.h"

#include <CUnit/CUnit.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/settings.h"
#include "request.h"
#include "route/route.h"
#include "server.h"
#include "unit.h"

#define OPTION(name) "PERMAFROST_KEYSTONE_AUTHTOKEN_" name

/* ---- the settings --------------------------------------------------------------------------- */

static void option(const char *name, const char *value)
{
	char variable[128];

	snprintf(variable, sizeof(variable), OPTION("%s"), name);
	setenv(variable, value, 1);
}

/* A whole group, as an operator has it for other services. */
static void group_set(void)
{
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", server->port);
	clearenv();
	setenv("PERMAFROST_CONF", "/dev/null", 1);
	option("AUTH_URL", url);
	option("WWW_AUTHENTICATE_URI", "https://keystone.example.org:5000");
	option("USERNAME", "permafrost");
	option("PASSWORD", "s3cret");
	option("USER_DOMAIN_NAME", "Default");
	option("PROJECT_NAME", "service");
	option("PROJECT_DOMAIN_ID", "default");
	option("TOKEN_CACHE_TIME", "0");
	option("HTTP_REQUEST_TIMEOUT", "1");
}

/* Is the group in order with this option so? */
static bool good_with(const char *name, const char *value)
{
	group_set();
	option(name, value);
	return settings_load(NULL) && identity_check();
}

static void whole_group_is_good(void)
{
	struct keystone_settings settings;

	CU_ASSERT_TRUE_FATAL(good_with("CAFILE", ""));
	CU_ASSERT_TRUE(keystone_settings_read(&settings));
	CU_ASSERT_STRING_EQUAL(settings.username, "permafrost");
	CU_ASSERT_STRING_EQUAL(settings.public_uri, "https://keystone.example.org:5000");
	CU_ASSERT_STRING_EQUAL(settings.service_roles, "service");
	CU_ASSERT_EQUAL(settings.http.connect_timeout_ms, 2000);
	CU_ASSERT_TRUE(good_with("AUTH_TYPE", "v3password"));
	CU_ASSERT_TRUE(good_with("INTERFACE", "internal"));
	CU_ASSERT_TRUE(good_with("INSECURE", "true"));
	CU_ASSERT_TRUE(good_with("TOKEN_CACHE_TIME", "-1"));
	CU_ASSERT_TRUE(good_with("WWW_AUTHENTICATE_URI", ""));
}

static void half_group_is_refused(void)
{
	CU_ASSERT_FALSE(good_with("AUTH_URL", ""));
	CU_ASSERT_FALSE(good_with("USERNAME", ""));
	CU_ASSERT_FALSE(good_with("PASSWORD", ""));
	CU_ASSERT_FALSE(good_with("USER_DOMAIN_NAME", ""));
	CU_ASSERT_FALSE(good_with("PROJECT_NAME", ""));
	CU_ASSERT_FALSE(good_with("PROJECT_DOMAIN_ID", ""));
	CU_ASSERT_FALSE(good_with("KEYFILE", "/dev/null"));
}

static void wrong_value_is_refused(void)
{
	CU_ASSERT_FALSE(good_with("AUTH_URL", "keystone.example.org:5000"));
	CU_ASSERT_FALSE(good_with("AUTH_URL", "ftp://keystone.example.org"));
	CU_ASSERT_FALSE(good_with("AUTH_URL", "http://"));
	CU_ASSERT_FALSE(good_with("AUTH_URL", "http://user:password@keystone"));
	CU_ASSERT_FALSE(good_with("WWW_AUTHENTICATE_URI", "http://a\"b"));
	CU_ASSERT_FALSE(good_with("AUTH_TYPE", "v3oidcpassword"));
	CU_ASSERT_FALSE(good_with("INTERFACE", "external"));
	CU_ASSERT_FALSE(good_with("CAFILE", "/nowhere/ca.pem"));
	CU_ASSERT_FALSE(good_with("TOKEN_CACHE_TIME", "5m"));
}

static void ids_need_no_domains(void)
{
	group_set();
	option("USERNAME", "");
	option("USER_DOMAIN_NAME", "");
	option("PROJECT_NAME", "");
	option("PROJECT_DOMAIN_ID", "");
	option("USER_ID", "u1");
	option("PROJECT_ID", "p1");
	CU_ASSERT_TRUE(settings_load(NULL) && identity_check());
}

static void empty_group_is_the_standalone_identity(void)
{
	struct keystone_settings settings = { .auth_url = "not read" };

	clearenv();
	setenv("PERMAFROST_CONF", "/dev/null", 1);
	CU_ASSERT_TRUE(settings_load(NULL) && keystone_settings_read(&settings));
	CU_ASSERT_STRING_EQUAL(settings.auth_url, "");
}

static void password_is_never_shown(void)
{
	char text[16384];
	FILE *file = tmpfile();

	CU_ASSERT_TRUE(good_with("CAFILE", ""));
	settings_show(file);
	rewind(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "password = ***"));
	CU_ASSERT_PTR_NULL(strstr(text, "s3cret"));
}

/* ---- the request ---------------------------------------------------------------------------- */

/* The server's one answer about every token: this user with this role, for so many seconds. */
static void tokens_are(const char *role, int seconds)
{
	char expires_at[64], body[1024];
	time_t at = (time_t)(clock_now() + seconds);
	struct tm parts;

	gmtime_r(&at, &parts);
	strftime(expires_at, sizeof(expires_at), "%Y-%m-%dT%H:%M:%SZ", &parts);
	snprintf(body, sizeof(body), "{\"token\":{\"expires_at\":\"%s\",\"user\":{\"id\":\"u-%s\"},"
		 "\"project\":{\"id\":\"p1\"},\"roles\":[{\"name\":\"%s\"}]}}", expires_at, role, role);
	server_says(server->get, sizeof(server->get), "200 OK", "", body);
}

/* A request with these tokens to a fresh service, whose own token is good. */
static struct req *rq_new(const char *token, const char *service_token)
{
	CU_ASSERT_TRUE_FATAL(settings_load(NULL));
	CU_ASSERT_TRUE_FATAL(identity_configure(&(struct identity_settings){
		.public_endpoint = "" }));
	server->gets = server->posts = 0;
	server_says(server->post, sizeof(server->post), "201 Created", "X-Subject-Token: ours",
		    "{\"token\":{\"expires_at\":\"2999-01-01T00:00:00.000000Z\",\"user\":{\"id\":\"s\"}}}");
	return request_new((struct req){ .token = token, .service_token = service_token,
					 .query = "", .scheme = "http", .host = "backup" });
}

static bool is_refused(struct req *rq)
{
	return !identity_ask(rq) && rq->problem.status == 401 &&
	       strcmp(rq->reply.authenticate,
		      "Keystone uri=\"https://keystone.example.org:5000\"") == 0;
}

static void request_needs_a_token(void)
{
	group_set();
	CU_ASSERT_TRUE(is_refused(rq_new(NULL, NULL)));
	CU_ASSERT_EQUAL(server->gets, 0);
	server_says(server->get, sizeof(server->get), "404 Not Found", "", "{}");
	CU_ASSERT_TRUE(is_refused(rq_new("garbage", NULL)));
	CU_ASSERT_EQUAL(server->gets, 1);
	tokens_are("member", 100);
	struct req *rq = rq_new("good", NULL);
	CU_ASSERT_TRUE(identity_ask(rq));
	CU_ASSERT_STRING_EQUAL(rq->caller.user_id, "u-member");
	CU_ASSERT_EQUAL(rq->caller.service_role_count, 0);
	CU_ASSERT_FALSE(identity_is_standalone());
}

static void service_token_is_validated_too(void)
{
	group_set();
	tokens_are("service", 100);
	struct req *rq = rq_new("user", "service");
	CU_ASSERT_TRUE(identity_ask(rq));
	CU_ASSERT_EQUAL(server->gets, 2);
	CU_ASSERT_STRING_EQUAL(rq->caller.service_user_id, "u-service");
	CU_ASSERT_STRING_EQUAL(rq->caller.service_project_id, "p1");
	CU_ASSERT_EQUAL(rq->caller.service_role_count, 1);
	CU_ASSERT_STRING_EQUAL(rq->caller.service_roles[0], "service");
	CU_ASSERT_PTR_NOT_NULL(strstr(server->heard, "allow_expired=1"));
	tokens_are("member", 100);   /* valid, but nobody's who may do that */
	CU_ASSERT_TRUE(identity_ask(rq_new("user", "service")));
	CU_ASSERT_PTR_NULL(strstr(server->heard, "allow_expired"));
	server_says(server->get, sizeof(server->get), "404 Not Found", "", "{}");
	CU_ASSERT_TRUE(is_refused(rq_new("user", "garbage")));
	CU_ASSERT_EQUAL(server->gets, 1);
}

static void service_token_needs_a_role_where_required(void)
{
	group_set();
	option("SERVICE_TOKEN_ROLES_REQUIRED", "true");
	option("SERVICE_TOKEN_ROLES", "nova,cinder");
	tokens_are("service", 100);
	CU_ASSERT_TRUE(is_refused(rq_new("user", "service")));
	tokens_are("cinder", 100);
	CU_ASSERT_TRUE(identity_ask(rq_new("user", "service")));
}

static void expired_service_token_does_not_count(void)
{
	group_set();
	tokens_are("service", -1);
	CU_ASSERT_TRUE(is_refused(rq_new("user", "service")));
}

static void standalone_identity_is_closed(void)
{
	static const char *const paths[] = { "/", "/v3", "/v3/auth/tokens", "/v3/auth/catalog" };

	group_set();
	for (size_t n = 0; n < sizeof(paths) / sizeof(paths[0]); n++) {
		struct req *rq = rq_new(NULL, NULL);
		rq->service = SERVICE_IDENTITY;
		rq->method = n == 2 ? METHOD_POST : METHOD_GET;
		rq->path = paths[n];
		dispatch(rq);
		CU_ASSERT_EQUAL(rq->problem.status, 404);
	}
}

int main(void)
{
	static const struct unit units[] = {
		{ "a whole [keystone_authtoken] is good", whole_group_is_good },
		{ "a half of [keystone_authtoken] is refused", half_group_is_refused },
		{ "a wrong value in [keystone_authtoken] is refused", wrong_value_is_refused },
		{ "a user and a project by id need no domains", ids_need_no_domains },
		{ "an empty [keystone_authtoken] means the standalone identity",
		  empty_group_is_the_standalone_identity },
		{ "the service user's password is never shown", password_is_never_shown },
		{ "a request needs a token, and is told where to get one", request_needs_a_token },
		{ "a token in X-Service-Token is validated too", service_token_is_validated_too },
		{ "a service needs one of the roles where they are required",
		  service_token_needs_a_role_where_required },
		{ "with Keystone the standalone identity is not there", standalone_identity_is_closed },
		{ "an expired service token does not count", expired_service_token_does_not_count },
		{ 0 }
	};

	if (!server_start())
		return EXIT_FAILURE;
	int status = unit_run("keystone_ask", units);
	keystone_service_forget();
	arena_free(request_of_test.arena);
	server_stop();
	return status;
}
