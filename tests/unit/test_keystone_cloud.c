/* What is asked of Keystone in a user's name, and a Keystone that is of no use. */
#include "identity/keystone_login.c"

#include <CUnit/CUnit.h>

#include "base/settings.h"
#include "identity/cloud.h"
#include "identity/identity.h"
#include "request.h"
#include "server.h"
#include "store/store.h"
#include "unit.h"

#define SERVICE_USER "{\"token\":{\"expires_at\":\"2999-01-01T00:00:00.000000Z\"," \
	"\"user\":{\"id\":\"s\"},\"roles\":[{\"name\":\"service\"}]}}"
#define SERVICES "{\"catalog\":[{\"type\":\"volumev3\",\"endpoints\":[" \
	"{\"interface\":\"public\",\"region_id\":\"R1\",\"url\":\"http://one\"}," \
	"{\"interface\":\"public\",\"region_id\":\"R2\",\"url\":\"http://two\"}]}]}"
#define NO_ANSWER " "

static void post_is(const char *status, const char *body)
{
	server_says(server->post, sizeof(server->post), status, "X-Subject-Token: ours", body);
}

static void get_is(const char *status, const char *header, const char *body)
{
	server_says(server->get, sizeof(server->get), status, header, body);
}

static bool configure(const char *username)
{
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", server->port);
	clearenv();
	setenv("PERMAFROST_CONF", "/dev/null", 1);
	setenv("PERMAFROST_KEYSTONE_AUTHTOKEN_AUTH_URL", url, 1);
	setenv("PERMAFROST_KEYSTONE_AUTHTOKEN_USERNAME", username, 1);
	setenv("PERMAFROST_KEYSTONE_AUTHTOKEN_PASSWORD", "s3cret", 1);
	setenv("PERMAFROST_KEYSTONE_AUTHTOKEN_USER_DOMAIN_NAME", "Default", 1);
	setenv("PERMAFROST_KEYSTONE_AUTHTOKEN_PROJECT_NAME", "service", 1);
	setenv("PERMAFROST_KEYSTONE_AUTHTOKEN_PROJECT_DOMAIN_NAME", "Default", 1);
	setenv("PERMAFROST_KEYSTONE_AUTHTOKEN_TOKEN_CACHE_TIME", "0", 1);
	setenv("PERMAFROST_KEYSTONE_AUTHTOKEN_HTTP_REQUEST_MAX_RETRIES", "0", 1);
	return settings_load(NULL) &&
	       identity_configure(&(struct identity_settings){ .public_endpoint = "" });
}

/* A request of a user, or of an engine with a trust; our service user can log in. */
static struct req *rq_new(const char *token, const char *trust_id)
{
	CU_ASSERT_TRUE_FATAL(configure("permafrost"));
	keystone_service_forget();
	post_is("201 Created", SERVICE_USER);
	get_is("200 OK", "", SERVICES);
	server->posts = server->gets = 0;
	return request_new((struct req){ .token = token, .trust_id = trust_id, .query = "" });
}

static int64_t soon(void)
{
	return clock_monotonic_us() + 20 * SECOND_US;
}

/* ---- the cloud that a token opens ----------------------------------------------------------- */

static void a_caller_has_the_catalog_that_keystone_gives(void)
{
	struct req *rq = rq_new("theirs", NULL);
	struct cloud_access access;

	CU_ASSERT_TRUE_FATAL(identity_cloud(rq, soon(), &access));
	CU_ASSERT_STRING_EQUAL(access.token, "theirs");
	CU_ASSERT_STRING_EQUAL(access.service_token, "ours");
	CU_ASSERT_PTR_NOT_NULL(strcasestr(server->heard, "X-Auth-Token: theirs"));
	CU_ASSERT_STRING_EQUAL(catalog_find(access.catalog, "volumev3", "public", ""), "http://one");
	CU_ASSERT_STRING_EQUAL(catalog_find(access.catalog, "volumev3", "public", "R2"),
			       "http://two");
	CU_ASSERT_PTR_NULL(catalog_find(access.catalog, "volumev3", "internal", NULL));
	CU_ASSERT_PTR_NULL(catalog_find(access.catalog, "image", "public", NULL));
}

/* The status of the refusal; 0 when there is none. */
static int cloud_refusal(struct req *rq)
{
	struct cloud_access access;

	return identity_cloud(rq, soon(), &access) ? 0 : rq->problem.status;
}

static void a_token_may_have_no_catalog(void)
{
	struct req *rq = rq_new("theirs", NULL);

	get_is("401 Unauthorized", "", "{}");
	CU_ASSERT_EQUAL(cloud_refusal(rq), 403);
	get_is("403 Forbidden", "", "{}");
	CU_ASSERT_EQUAL(cloud_refusal(rq), 403);
}

static void what_is_no_catalog_is_a_keystone_that_is_away(void)
{
	struct req *rq = rq_new("theirs", NULL);

	get_is("200 OK", "", "<html>");
	CU_ASSERT_EQUAL(cloud_refusal(rq), 503);
	CU_ASSERT(rq->reply.retry_after > 0);
	get_is("500 Oops", "", "{}");
	CU_ASSERT_EQUAL(cloud_refusal(rq), 503);
	strcpy(server->get, NO_ANSWER);
	CU_ASSERT_EQUAL(cloud_refusal(rq), 503);
}

static void a_keystone_that_refuses_our_user_is_away(void)
{
	struct req *rq = rq_new("theirs", NULL);

	post_is("401 Unauthorized", "{}");
	CU_ASSERT_EQUAL(cloud_refusal(rq), 503);
	CU_ASSERT_EQUAL(server->gets, 0);
	CU_ASSERT_EQUAL(cloud_refusal(rq_new(NULL, "t1")), 0);
	rq = rq_new(NULL, "t1");
	post_is("403 Forbidden", "{}");
	CU_ASSERT_EQUAL(cloud_refusal(rq), 503);
}

/* ---- a trust -------------------------------------------------------------------------------- */

/* With a trust, of which the login is answered so. */
static int trust_refusal(const char *status)
{
	struct req *rq = rq_new(NULL, "t1");
	const char *failure;

	CU_ASSERT_PTR_NOT_NULL_FATAL(keystone_service(rq->arena, soon(), &failure));
	post_is(status, SERVICE_USER);
	return cloud_refusal(rq);
}

static void without_a_token_a_trust_opens_the_cloud(void)
{
	CU_ASSERT_EQUAL(trust_refusal("201 Created"), 0);
	CU_ASSERT_EQUAL(server->posts, 2);
	CU_ASSERT_EQUAL(cloud_refusal(rq_new(NULL, NULL)), 403);
	CU_ASSERT_EQUAL(server->posts, 0);
}

static void a_trust_may_have_been_taken_back(void)
{
	CU_ASSERT_EQUAL(trust_refusal("403 Forbidden"), 403);
	CU_ASSERT_EQUAL(trust_refusal("404 Not Found"), 403);
}

static void a_login_by_trust_may_fail(void)
{
	const char *failure;
	struct req *rq;

	CU_ASSERT_EQUAL(trust_refusal("500 Oops"), 503);
	CU_ASSERT_EQUAL(trust_refusal("401 Unauthorized"), 503);   /* and so is our next login */
	rq = rq_new(NULL, "t1");
	CU_ASSERT_PTR_NOT_NULL_FATAL(keystone_service(rq->arena, soon(), &failure));
	strcpy(server->post, NO_ANSWER);
	CU_ASSERT_EQUAL(cloud_refusal(rq), 503);
}

/* ---- our user's token ----------------------------------------------------------------------- */

static void a_token_that_can_not_be_renewed_is_used_while_it_lasts(void)
{
	struct req *rq = rq_new("theirs", NULL);
	const char *failure;

	CU_ASSERT_PTR_NOT_NULL_FATAL(keystone_service(rq->arena, soon(), &failure));
	service.renew_at = clock_now();
	post_is("500 Oops", "{}");
	CU_ASSERT_PTR_EQUAL(keystone_service(rq->arena, soon(), &failure), &service);
	CU_ASSERT_EQUAL(server->posts, 2);
	CU_ASSERT_PTR_EQUAL(keystone_service(rq->arena, soon(), &failure), &service);
	CU_ASSERT_EQUAL(server->posts, 2);   /* not asked again at once */
	service.renew_at = service.expires_at = clock_now();
	CU_ASSERT_PTR_NULL(keystone_service(rq->arena, soon(), &failure));
}

/* ---- Keystone tried out --------------------------------------------------------------------- */

static struct keystone_report tried(void)
{
	struct keystone_report report;

	keystone_service_forget();
	identity_try(request_of_test.arena, &report);
	return report;
}

static void a_trial_tells_what_our_user_may_and_what_time_it_is(void)
{
	rq_new(NULL, NULL);
	get_is("200 OK", "Date: Sat, 21 Nov 2026 16:00:00 GMT", SERVICE_USER);
	struct keystone_report report = tried();
	CU_ASSERT_PTR_NULL(report.failure);
	CU_ASSERT_TRUE(report.may_validate && report.has_clock);
	get_is("200 OK", "Date: tomorrow", SERVICE_USER);
	CU_ASSERT_FALSE(tried().has_clock);
}

static void a_trial_that_fails_says_why(void)
{
	rq_new(NULL, NULL);
	get_is("404 Not Found", "", "{}");
	CU_ASSERT_STRING_EQUAL(tried().failure, "the service user's own token is answered 404");
	strcpy(server->get, NO_ANSWER);
	CU_ASSERT_PTR_NOT_NULL(tried().failure);
	CU_ASSERT_FALSE(configure(""));
	CU_ASSERT_STRING_EQUAL(tried().failure, "[keystone_authtoken] is not whole");
}

/* ---- a Keystone that is of no use ----------------------------------------------------------- */

static int trust_of(struct caller caller)
{
	struct req *rq = rq_new("theirs", NULL);
	const char *trust_id;

	rq->caller = caller;
	post_is("500 Oops", "{}");
	CU_ASSERT_FALSE(identity_trust(rq, "p1", &trust_id));
	return rq->problem.status;
}

static void who_has_no_role_in_a_project_has_nothing_to_lend(void)
{
	CU_ASSERT_EQUAL(trust_of((struct caller){ .user_id = "u", .project_id = "p1" }), 422);
	CU_ASSERT_EQUAL(trust_of((struct caller){ .user_id = "u", .roles = { "member" },
						  .role_count = 1 }), 422);
	CU_ASSERT_EQUAL(server->posts, 0);
}

static void a_service_token_can_not_be_judged_without_keystone(void)
{
	struct req *rq = rq_new("theirs", NULL);

	rq->service_token = "its";
	strcpy(server->get, NO_ANSWER);
	CU_ASSERT_FALSE(identity_ask(rq));
	CU_ASSERT_EQUAL(rq->problem.status, 503);
}

/* Workers share what Keystone said by way of the database. */
static void a_database_that_is_away_keeps_nobody_out(void)
{
	struct req *rq = rq_new("theirs", NULL);

	setenv("PERMAFROST_KEYSTONE_AUTHTOKEN_TOKEN_CACHE_TIME", "300", 1);
	CU_ASSERT_TRUE_FATAL(settings_load(NULL));
	CU_ASSERT_TRUE_FATAL(identity_configure(&identity_settings));
	CU_ASSERT_TRUE_FATAL(store_configure("host=/nowhere dbname=none", 1, 1));
	get_is("200 OK", "", SERVICE_USER);
	CU_ASSERT_TRUE(identity_ask(rq));
	CU_ASSERT_STRING_EQUAL(rq->caller.user_id, "s");
	CU_ASSERT_EQUAL(rq->problem.status, 0);
	CU_ASSERT_EQUAL(rq->reply.retry_after, 0);
}

static void a_keystone_of_no_use_is_left_alone_for_longer_and_longer(void)
{
	const struct caller caller = { .user_id = "u", .project_id = "p1",
				       .roles = { "member", "backup" }, .role_count = 2 };
	const char *trust_id;
	int before = 0;

	CU_ASSERT_EQUAL(trust_of(caller), 503);
	CU_ASSERT_TRUE(keystone_is_resting());
	CU_ASSERT_EQUAL(server->posts, 1);
	CU_ASSERT_FALSE(identity_trust(&request_of_test, "p1", &trust_id));
	CU_ASSERT_EQUAL(request_of_test.problem.status, 503);
	CU_ASSERT_EQUAL(server->posts, 1);
	for (int n = 0; n < 8; n++) {
		CU_ASSERT_EQUAL(keystone_fail(&request_of_test, "a test", 0), VERDICT_NONE);
		CU_ASSERT(request_of_test.reply.retry_after >= before);
		before = request_of_test.reply.retry_after;
	}
	CU_ASSERT(before > 1 && before <= 8);
}

int main(void)
{
	static const struct unit units[] = {
		{ "a caller has the catalog that Keystone gives",
		  a_caller_has_the_catalog_that_keystone_gives },
		{ "a token may have no catalog", a_token_may_have_no_catalog },
		{ "what is no catalog is a Keystone that is away",
		  what_is_no_catalog_is_a_keystone_that_is_away },
		{ "a Keystone that refuses our user is away",
		  a_keystone_that_refuses_our_user_is_away },
		{ "without a token a trust opens the cloud", without_a_token_a_trust_opens_the_cloud },
		{ "a trust may have been taken back", a_trust_may_have_been_taken_back },
		{ "a login by trust may fail", a_login_by_trust_may_fail },
		{ "a token that can't be renewed is used while it lasts",
		  a_token_that_can_not_be_renewed_is_used_while_it_lasts },
		{ "a trial tells what our user may, and what time it is",
		  a_trial_tells_what_our_user_may_and_what_time_it_is },
		{ "a trial that fails says why", a_trial_that_fails_says_why },
		{ "who has no role in a project has nothing to lend",
		  who_has_no_role_in_a_project_has_nothing_to_lend },
		{ "a service's token can't be judged without Keystone",
		  a_service_token_can_not_be_judged_without_keystone },
		{ "a database that is away keeps nobody out",
		  a_database_that_is_away_keeps_nobody_out },
		{ "a Keystone of no use is left alone for longer and longer",
		  a_keystone_of_no_use_is_left_alone_for_longer_and_longer },
		{ 0 }
	};

	if (!server_start())
		return EXIT_FAILURE;
	int status = unit_run("keystone_cloud", units);
	keystone_service_forget();
	arena_free(request_of_test.arena);
	server_stop();
	return status;
}
