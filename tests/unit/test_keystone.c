/* Keystone as the answerer, against one that says what the test wants, also what no real one would. */
#include "config.h"

#include "identity/keystone.h"

#include <CUnit/CUnit.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/settings.h"
#include "request.h"
#include "server.h"
#include "unit.h"

#define USER "\"user\":{\"id\":\"u1\",\"name\":\"alice\",\"domain\":{\"id\":\"default\"}}"
#define PROJECT "\"project\":{\"id\":\"p1\",\"name\":\"demo\",\"domain\":{\"id\":\"d1\"}}"
#define HANGS_MS 60000
#define ROLES "\"roles\":[{\"id\":\"r1\",\"name\":\"member\"},{\"id\":\"r2\",\"name\":\"reader\"}]"

/* ---- the other side ------------------------------------------------------------------------- */

/* Seconds from now, as Keystone writes times. */
static const char *time_in(int64_t seconds)
{
	static char text[64];
	time_t at = (time_t)(clock_now() + seconds);
	struct tm parts;

	gmtime_r(&at, &parts);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S.000000Z", &parts);
	return text;
}

/* {"token": {...}} of a token that is valid for so many seconds more. */
static const char *token_body(const char *members, int64_t seconds)
{
	static char text[4096];

	snprintf(text, sizeof(text), "{\"token\":{\"expires_at\":\"%s\",%s}}", time_in(seconds),
		 members);
	return text;
}

static void login_is(const char *status, const char *body)
{
	server_says(server->post, sizeof(server->post), status, "X-Subject-Token: ours", body);
}

static void token_is(const char *status, const char *body)
{
	server_says(server->get, sizeof(server->get), status, "", body);
}

/* ---- our side ------------------------------------------------------------------------------- */

static struct keystone_settings settings_of_test(void)
{
	static char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d", server->port);
	return (struct keystone_settings){
		.auth_url = url, .public_uri = url, .username = "permafrost", .user_id = "",
		.password = "s3cret\"\\", .user_domain_name = "Default", .user_domain_id = "",
		.project_name = "service", .project_id = "", .project_domain_id = "default",
		.project_domain_name = "", .region = "", .interface = "",
		.service_roles = "service, Admin", .cache_time = 300, .request_timeout = 1,
		.http = { .connect_timeout_ms = 1000, .answer_max = 100000 },
	};
}

/* A fresh request and room; Keystone answers as it should. */
static struct req *rq_new(void)
{
	struct keystone_settings settings = settings_of_test();

	CU_ASSERT_TRUE_FATAL(keystone_configure(&settings));
	server->gets = server->posts = server->gets_refused = server->delay_ms = 0;
	server->filler = 0;
	login_is("201 Created", token_body(USER "," PROJECT, 3600));
	token_is("200 OK", token_body(USER "," PROJECT "," ROLES, 1000));
	return request_new((struct req){ .query = "" });
}

static enum verdict verdict_on(struct req *rq, const char *token, bool allow_expired)
{
	const char *said;

	rq->problem = (struct problem){ 0 };
	rq->reply = (struct reply){ 0 };
	rq->caller = (struct caller){ 0 };
	return keystone_validate(rq, token, allow_expired, &rq->caller, &said);
}

/* 503 with Retry-After, long before a Keystone that hangs would answer. */
static bool is_away(struct req *rq)
{
	int64_t start = clock_monotonic_us();
	enum verdict verdict = verdict_on(rq, "token", false);

	return verdict == VERDICT_NONE && rq->problem.status == 503 && rq->reply.retry_after >= 1 &&
	       clock_monotonic_us() - start < HANGS_MS * 1000 / 2;
}

/* ---- what a token says ---------------------------------------------------------------------- */

static bool reads(const char *members, struct caller *caller)
{
	struct req *rq = rq_new();

	*caller = (struct caller){ 0 };
	return keystone_token_read(rq->arena, value_of(rq, token_body(members, 1000)), caller);
}

static void token_for_a_project(void)
{
	struct caller caller;

	CU_ASSERT_TRUE_FATAL(reads(USER "," PROJECT "," ROLES, &caller));
	CU_ASSERT_STRING_EQUAL(caller.user_id, "u1");
	CU_ASSERT_STRING_EQUAL(caller.user_name, "alice");
	CU_ASSERT_STRING_EQUAL(caller.user_domain_id, "default");
	CU_ASSERT_STRING_EQUAL(caller.project_id, "p1");
	CU_ASSERT_STRING_EQUAL(caller.project_name, "demo");
	CU_ASSERT_STRING_EQUAL(caller.project_domain_id, "d1");
	CU_ASSERT_EQUAL(caller.role_count, 2);
	CU_ASSERT_TRUE(req_has_role(&caller, "member") && req_has_role(&caller, "reader"));
	CU_ASSERT_FALSE(caller.is_domain_scoped || caller.is_system_scoped);
	CU_ASSERT_TRUE(caller.is_admin_project);
	CU_ASSERT_PTR_NULL(caller.trust_id);
	CU_ASSERT_TRUE(caller.expires_at - clock_now() > 990);
	CU_ASSERT_TRUE(reads(USER "," PROJECT ",\"is_admin_project\":false", &caller));
	CU_ASSERT_FALSE(caller.is_admin_project);
}

static void token_for_something_else(void)
{
	struct caller caller;

	CU_ASSERT_TRUE(reads(USER ",\"domain\":{\"id\":\"d1\",\"name\":\"west\"}," ROLES, &caller));
	CU_ASSERT_TRUE(caller.is_domain_scoped && !caller.is_system_scoped);
	CU_ASSERT_STRING_EQUAL(caller.domain_id, "d1");
	CU_ASSERT_PTR_NULL(caller.project_id);
	CU_ASSERT_TRUE(reads(USER ",\"system\":{\"all\":true}," ROLES, &caller));
	CU_ASSERT_TRUE(caller.is_system_scoped && !caller.is_domain_scoped);
	CU_ASSERT_STRING_EQUAL(caller.system_scope, "all");
	CU_ASSERT_PTR_NULL(caller.project_id);
	CU_ASSERT_TRUE(reads(USER, &caller));
	CU_ASSERT_FALSE(caller.is_system_scoped || caller.is_domain_scoped);
	CU_ASSERT_PTR_NULL(caller.project_id);
	CU_ASSERT_EQUAL(caller.role_count, 0);
}

static void token_for_a_trust(void)
{
	struct caller caller;

	CU_ASSERT_TRUE(reads(USER "," PROJECT "," ROLES ",\"OS-TRUST:trust\":{\"id\":\"t1\","
			     "\"impersonation\":true,\"trustor_user\":{\"id\":\"u1\"},"
			     "\"trustee_user\":{\"id\":\"u2\"}}", &caller));
	CU_ASSERT_STRING_EQUAL(caller.trust_id, "t1");
	CU_ASSERT_STRING_EQUAL(caller.trustor_user_id, "u1");
	CU_ASSERT_STRING_EQUAL(caller.trustee_user_id, "u2");
	CU_ASSERT_STRING_EQUAL(caller.project_id, "p1");
}

static void nonsense_is_no_token(void)
{
	static const char *const bodies[] = {
		"{}", "[]", "3", "{\"token\":[]}", "{\"token\":{" USER "}}",
		"{\"token\":{\"expires_at\":5," USER "}}",
		"{\"token\":{\"expires_at\":\"tomorrow\"," USER "}}",
		"{\"token\":{\"expires_at\":\"2026-11-22T04:19:59+01:00\"," USER "}}",
		"{\"token\":{\"expires_at\":\"2026-11-22T04:19:59Z\"}}",
		"{\"token\":{\"expires_at\":\"2026-11-22T04:19:59Z\",\"user\":\"u1\"}}",
		"{\"token\":{\"expires_at\":\"2026-11-22T04:19:59Z\",\"user\":{\"id\":\"\"}}}",
	};
	static const char *const members[] = {
		USER ",\"project\":{}", USER ",\"project\":\"p1\"", USER ",\"domain\":{}",
		USER "," PROJECT ",\"system\":{\"all\":true}", USER ",\"roles\":{}",
		USER ",\"roles\":[\"admin\"]", USER ",\"roles\":[{\"name\":1}]",
	};
	struct caller caller;
	struct req *rq = rq_new();

	for (size_t n = 0; n < sizeof(bodies) / sizeof(bodies[0]); n++)
		CU_ASSERT_FALSE(keystone_token_read(rq->arena, value_of(rq, bodies[n]), &caller));
	for (size_t n = 0; n < sizeof(members) / sizeof(members[0]); n++)
		CU_ASSERT_FALSE(reads(members[n], &caller));
}

/* ---- asking --------------------------------------------------------------------------------- */

static void token_is_validated(void)
{
	struct req *rq = rq_new();

	CU_ASSERT_EQUAL(verdict_on(rq, "the-token", false), VERDICT_COUNTS);
	CU_ASSERT_STRING_EQUAL(rq->caller.project_id, "p1");
	CU_ASSERT_EQUAL(strncmp(server->heard, "GET /v3/auth/tokens?nocatalog HTTP", 34), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(server->heard, "\r\nX-Auth-Token: ours\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(server->heard, "\r\nX-Subject-Token: the-token\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(server->heard, "\r\nOpenStack-Identity-Access-Rules: 1.0\r\n"));
	CU_ASSERT_EQUAL(verdict_on(rq, "another", false), VERDICT_COUNTS);
	CU_ASSERT_EQUAL(server->posts, 1);
	CU_ASSERT_EQUAL(server->gets, 2);
}

static void service_user_logs_in(void)
{
	struct req *rq = rq_new();

	login_is("500 Oops", "");   /* what is heard last is the login */
	CU_ASSERT_TRUE(is_away(rq));
	CU_ASSERT_PTR_NOT_NULL(strstr(server->heard, "{\"auth\":{\"identity\":{\"methods\":[\"password\"],"
		"\"password\":{\"user\":{\"name\":\"permafrost\",\"domain\":{\"name\":\"Default\"},"
		"\"password\":\"s3cret\\\"\\\\\"}}},\"scope\":{\"project\":{\"name\":\"service\","
		"\"domain\":{\"id\":\"default\"}}}}}"));
}

static void unknown_token_does_not_count(void)
{
	struct req *rq = rq_new();

	token_is("404 Not Found", "{\"error\":{\"code\":404}}");
	CU_ASSERT_EQUAL(verdict_on(rq, "token", false), VERDICT_REFUSED);
	CU_ASSERT_EQUAL(rq->problem.status, 0);
}

static void what_is_no_token_is_not_asked_about(void)
{
	struct req *rq = rq_new();
	char *text = arena_alloc(rq->arena, 8194);

	memset(text, 'x', 8193);
	CU_ASSERT_EQUAL(verdict_on(rq, text, false), VERDICT_REFUSED);
	CU_ASSERT_EQUAL(verdict_on(rq, "", false), VERDICT_REFUSED);
	CU_ASSERT_EQUAL(verdict_on(rq, "a b", false), VERDICT_REFUSED);
	CU_ASSERT_EQUAL(verdict_on(rq, "a\r\nX-Auth-Token: b", false), VERDICT_REFUSED);
	CU_ASSERT_EQUAL(verdict_on(rq, "caf\xc3\xa9", false), VERDICT_REFUSED);
	CU_ASSERT_EQUAL(server->gets + server->posts, 0);
	text[8192] = '\0';
	CU_ASSERT_EQUAL(verdict_on(rq, text, false), VERDICT_COUNTS);
}

static void expired_token_is_for_services(void)
{
	struct req *rq = rq_new();

	token_is("200 OK", token_body(USER "," PROJECT, -10));
	CU_ASSERT_EQUAL(verdict_on(rq, "token", false), VERDICT_REFUSED);
	CU_ASSERT_PTR_NULL(strstr(server->heard, "allow_expired"));
	CU_ASSERT_EQUAL(verdict_on(rq, "token", true), VERDICT_COUNTS);
	CU_ASSERT_PTR_NOT_NULL(strstr(server->heard, "allow_expired=1"));
}

static void service_is_known_by_its_roles(void)
{
	struct caller caller = { .roles = { "reader", "SERVICE" }, .role_count = 2 };

	rq_new();
	CU_ASSERT_TRUE(keystone_is_service(&caller));
	caller.role_count = 1;
	CU_ASSERT_FALSE(keystone_is_service(&caller));
	caller.roles[0] = "admin";
	CU_ASSERT_TRUE(keystone_is_service(&caller));
	caller.roles[0] = "";
	CU_ASSERT_FALSE(keystone_is_service(&caller));
}

/* ---- the service user's token --------------------------------------------------------------- */

static void login_is_renewed_before_it_ends(void)
{
	struct req *rq = rq_new();

	login_is("201 Created", token_body(USER, 2));   /* renewed in the last fifth */
	CU_ASSERT_EQUAL(verdict_on(rq, "token", false), VERDICT_COUNTS);
	sleep(2);
	login_is("201 Created", token_body(USER, 3600));
	CU_ASSERT_EQUAL(verdict_on(rq, "token", false), VERDICT_COUNTS);
	CU_ASSERT_EQUAL(server->posts, 2);
}

static void login_is_renewed_when_refused(void)
{
	struct req *rq = rq_new();

	CU_ASSERT_EQUAL(verdict_on(rq, "token", false), VERDICT_COUNTS);
	server->gets_refused = 1;
	CU_ASSERT_EQUAL(verdict_on(rq, "token", false), VERDICT_COUNTS);
	CU_ASSERT_EQUAL(server->posts, 2);
	server->gets_refused = 100;
	server->posts = server->gets = 0;
	CU_ASSERT_TRUE(is_away(rq));
	CU_ASSERT_EQUAL(server->gets, 2);
	CU_ASSERT_EQUAL(server->posts, 1);
}

/* What went to standard error while run() ran. */
static const char *log_of(struct req *rq, bool (*run)(struct req *rq))
{
	char *text = arena_alloc(rq->arena, 4096);
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO);

	dup2(fileno(file), STDERR_FILENO);
	CU_ASSERT_TRUE(run(rq));
	dup2(before, STDERR_FILENO);
	close(before);
	rewind(file);
	text[fread(text, 1, 4095, file)] = '\0';
	fclose(file);
	return text;
}

static void wrong_password_is_the_operators_business(void)
{
	struct req *rq = rq_new();

	login_is("401 Unauthorized", "{\"error\":{\"code\":401}}");
	const char *log = log_of(rq, is_away);
	CU_ASSERT_PTR_NOT_NULL(strstr(log, "password"));
	CU_ASSERT_PTR_NOT_NULL(strstr(log, "[keystone_authtoken]"));
	CU_ASSERT_PTR_NULL(strstr(log, "s3cret"));
	CU_ASSERT_EQUAL(server->posts, 1);   /* guessing may lock an account */
	CU_ASSERT_PTR_NULL(strstr(rq->problem.description, "password"));
}

static void service_user_without_the_role_is_told_of(void)
{
	struct req *rq = rq_new();

	token_is("403 Forbidden", "{}");
	CU_ASSERT_PTR_NOT_NULL(strstr(log_of(rq, is_away), "role service or admin"));
}

static void wrong_url_is_told_of(void)
{
	struct req *rq = rq_new();

	login_is("302 Found", "");
	CU_ASSERT_PTR_NOT_NULL(strstr(log_of(rq, is_away), "auth_url"));
}

static void catalog_leads_to_another_keystone(void)
{
	struct keystone_settings settings = settings_of_test();
	struct req *rq = rq_new();
	char members[1024];

	settings.region = "west";
	settings.interface = "public";
	CU_ASSERT_TRUE(keystone_configure(&settings));
	snprintf(members, sizeof(members), USER ",\"catalog\":[{\"type\":\"backup\",\"endpoints\":[]},"
		 "{\"type\":\"identity\",\"endpoints\":["
		 "{\"interface\":\"public\",\"region_id\":\"east\",\"url\":\"http://127.0.0.1:1\"},"
		 "{\"interface\":\"admin\",\"region_id\":\"west\",\"url\":\"http://127.0.0.1:1\"},"
		 "{\"interface\":\"public\",\"region_id\":\"west\","
		 "\"url\":\"http://127.0.0.1:%d/identity/\"}]}]", server->port);
	login_is("201 Created", token_body(members, 3600));
	CU_ASSERT_EQUAL(verdict_on(rq, "token", false), VERDICT_COUNTS);
	CU_ASSERT_EQUAL(strncmp(server->heard, "GET /identity/v3/auth/tokens?", 29), 0);
	login_is("201 Created", token_body(USER ",\"catalog\":[]", 3600));
	keystone_service_forget();
	CU_ASSERT_PTR_NOT_NULL(strstr(log_of(rq, is_away), "region_name"));
}

/* ---- no answer ------------------------------------------------------------------------------ */

static void slow_keystone_holds_nobody_for_long(void)
{
	struct req *rq = rq_new();

	server->delay_ms = HANGS_MS;
	CU_ASSERT_TRUE(is_away(rq));
	int rest = rq->reply.retry_after;
	CU_ASSERT_TRUE(rest >= 2);       /* twice what the first one took */
	server->delay_ms = 0;
	CU_ASSERT_TRUE(is_away(rq));     /* nobody asks it now, though it would answer */
	sleep((unsigned)rest + 1);
	CU_ASSERT_EQUAL(verdict_on(rq, "token", false), VERDICT_COUNTS);   /* by itself */
	CU_ASSERT_EQUAL(verdict_on(rq, "token", false), VERDICT_COUNTS);
}

static void rest_grows_with_each_failure(void)
{
	struct keystone_settings settings = settings_of_test();
	struct req *rq = rq_new();

	settings.auth_url = "http://127.0.0.1:1";
	CU_ASSERT_TRUE(keystone_configure(&settings));
	int64_t start = clock_monotonic_us();
	CU_ASSERT_TRUE(is_away(rq));
	int first = rq->reply.retry_after;
	CU_ASSERT_TRUE(first == 1 || clock_monotonic_us() - start > 500000);   /* or it was a slow one */
	unit_wait_ms(first * 1000 + 50);
	CU_ASSERT_TRUE(is_away(rq));
	CU_ASSERT_TRUE(first == 1 ? rq->reply.retry_after == 2 : rq->reply.retry_after > first);
}

/* One odd token must not keep Keystone from being asked about others. */
static void odd_answer_is_for_one_token(void)
{
	struct req *rq = rq_new();

	token_is("200 OK", "{\"token\":{}}");
	CU_ASSERT_TRUE(is_away(rq));
	token_is("500 Oops", "{}");
	CU_ASSERT_TRUE(is_away(rq));
	token_is("400 Bad Request", "{}");
	CU_ASSERT_EQUAL(verdict_on(rq, "odd", false), VERDICT_REFUSED);
	token_is("200 OK", token_body(USER, 1000));
	CU_ASSERT_EQUAL(verdict_on(rq, "token", false), VERDICT_COUNTS);
}

static void broken_answer_is_503(void)
{
	static const char length[] = "Content-Length: 999999\r\n\r\n{}";
	static const char *const bodies[] = { "", "<html>", "{\"token\":", "null", "{\"token\":{}}" };
	struct req *rq;

	for (size_t n = 0; n < sizeof(bodies) / sizeof(bodies[0]); n++) {
		rq = rq_new();
		token_is("200 OK", bodies[n]);
		CU_ASSERT_TRUE(is_away(rq));
		rq = rq_new();
		login_is("201 Created", bodies[n]);
		CU_ASSERT_TRUE(is_away(rq));
	}
	rq = rq_new();
	server->filler = 1000000;
	token_is("200 OK", "{}");
	memcpy(strstr(server->get, "Content-Length: 2"), length, sizeof(length));
	CU_ASSERT_TRUE(is_away(rq));
	rq = rq_new();
	token_is("302 Found", "{}");
	CU_ASSERT_TRUE(is_away(rq));
	CU_ASSERT_EQUAL(server->gets, 1);
}

static void failing_keystone_is_asked_again(void)
{
	struct keystone_settings settings = settings_of_test();
	struct req *rq = rq_new();

	settings.retries = 2;
	CU_ASSERT_TRUE(keystone_configure(&settings));
	token_is("500 Oops", "{}");
	CU_ASSERT_TRUE(is_away(rq));
	CU_ASSERT_EQUAL(server->gets, 3);
}

int main(void)
{
	static const struct unit units[] = {
		{ "a token for a project says who and where", token_for_a_project },
		{ "a token for a domain, for the system or for nothing is told apart",
		  token_for_something_else },
		{ "a token for a trust names who gave and who got it", token_for_a_trust },
		{ "what makes no sense is no token", nonsense_is_no_token },
		{ "Keystone is asked with the service user's token", token_is_validated },
		{ "the service user logs in with its password, for its project", service_user_logs_in },
		{ "a token that Keystone does not know does not count", unknown_token_does_not_count },
		{ "what can't be a token is not asked about", what_is_no_token_is_not_asked_about },
		{ "a token that expired counts for services only", expired_token_is_for_services },
		{ "a service is known by its roles", service_is_known_by_its_roles },
		{ "the service user's token is renewed before it ends", login_is_renewed_before_it_ends },
		{ "the service user's token is renewed once when it is refused",
		  login_is_renewed_when_refused },
		{ "a wrong password is 503 to callers, and tried once", wrong_password_is_the_operators_business },
		{ "a service user without the role is told of", service_user_without_the_role_is_told_of },
		{ "a URL that is not Keystone's is told of", wrong_url_is_told_of },
		{ "region and interface choose a Keystone of the catalog", catalog_leads_to_another_keystone },
		{ "a Keystone that hangs holds nobody for long", slow_keystone_holds_nobody_for_long },
		{ "Keystone is left alone for longer with each failure", rest_grows_with_each_failure },
		{ "an odd answer is for one token, others are asked about", odd_answer_is_for_one_token },
		{ "a broken answer is 503", broken_answer_is_503 },
		{ "a failing Keystone is asked again, as often as is set", failing_keystone_is_asked_again },
		{ 0 }
	};

	if (!server_start())
		return EXIT_FAILURE;
	int status = unit_run("keystone", units);
	keystone_service_forget();
	arena_free(request_of_test.arena);
	server_stop();
	return status;
}
