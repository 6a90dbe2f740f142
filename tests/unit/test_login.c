/* Logging in: what a body must look like, and what of it counts. */
#include "identity/login.c"

#include <CUnit/CUnit.h>

#include "schema/schema.h"
#include "request.h"
#include "unit.h"

/* A request with a fresh arena; the one before it is gone. */
static struct req *rq_new(void)
{
	return request_new((struct req){ 0 });
}

/* ---- what a login must look like ------------------------------------------------------------ */

/* Is the body refused in these words? "" when it is let pass. */
static bool login_says(const char *body, const char *words)
{
	struct req *rq = rq_new();
	bool good = schema_check(rq, value_of(rq, body), &login_shape);

	if (strcmp(words, good ? "" : rq->problem.description) == 0)
		return true;
	printf("#   %s: %s\n", body, good ? "let pass" : rq->problem.description);
	return false;
}

#define PASSWORD(user) \
	"{\"auth\": {\"identity\": {\"methods\": [\"password\"], \"password\": {\"user\": " user "}}}}"
#define TOKEN(token) \
	"{\"auth\": {\"identity\": {\"methods\": [\"token\"], \"token\": " token "}}}"

static void login_takes_what_keystoneauth_sends(void)
{
	CU_ASSERT_TRUE(login_says(PASSWORD("{\"name\": \"n\", \"password\": \"p\", "
					   "\"domain\": {\"name\": \"Default\"}}"), ""));
	CU_ASSERT_TRUE(login_says(PASSWORD("{\"id\": \"i\", \"password\": \"p\"}"), ""));
	CU_ASSERT_TRUE(login_says(TOKEN("{\"id\": \"t\"}"), ""));
	CU_ASSERT_TRUE(login_says("{\"auth\": {\"scope\": \"unscoped\", \"identity\": "
				  "{\"methods\": [\"external\"], \"external\": {}}}}", ""));
}

static void login_names_what_is_missing(void)
{
	CU_ASSERT_TRUE(login_says("{}", "$.auth is a required property"));
	CU_ASSERT_TRUE(login_says("{\"auth\": {}}", "$.auth.identity is a required property"));
	CU_ASSERT_TRUE(login_says("{\"auth\": {\"identity\": {}}}",
				  "$.auth.identity.methods is a required property"));
	CU_ASSERT_TRUE(login_says(PASSWORD("{\"name\": \"n\"}"),
		"$.auth.identity.password.user.password is a required property"));
	CU_ASSERT_TRUE(login_says(TOKEN("{}"), "$.auth.identity.token.id is a required property"));
}

static void login_says_no_secret_back(void)
{
	CU_ASSERT_TRUE(login_says(PASSWORD("{\"name\": \"n\", \"password\": 12345}"),
		"$.auth.identity.password.user.password is not of type string"));
	CU_ASSERT_TRUE(login_says(PASSWORD("{\"name\": \"n\", \"password\": null}"),
		"$.auth.identity.password.user.password is not of type string"));
	CU_ASSERT_TRUE(login_says(TOKEN("{\"id\": 12345}"),
		"$.auth.identity.token.id is not of type string"));
	CU_ASSERT_TRUE(login_says(PASSWORD("{\"name\": 5, \"password\": \"p\"}"),
		"$.auth.identity.password.user.name: 5 is not of type string"));
}

static void login_takes_a_password_as_long_as_any_user_has(void)
{
	struct req *rq = rq_new();
	char text[PASSWORD_MAX_LENGTH + 2];

	memset(text, 'x', sizeof(text));
	text[PASSWORD_MAX_LENGTH] = '\0';
	const char *body = arena_printf(rq->arena, PASSWORD("{\"name\": \"n\", \"password\": \"%s\"}"),
					text);
	CU_ASSERT_TRUE(schema_check(rq, value_of(rq, body), &login_shape));
	text[PASSWORD_MAX_LENGTH] = 'x';
	text[PASSWORD_MAX_LENGTH + 1] = '\0';
	body = arena_printf(rq->arena, PASSWORD("{\"name\": \"n\", \"password\": \"%s\"}"), text);
	CU_ASSERT_FALSE(schema_check(rq, value_of(rq, body), &login_shape));
	CU_ASSERT_STRING_EQUAL(rq->problem.description, "$.auth.identity.password.user.password "
			       "is longer than 511 characters");
}

static bool is_ours(const char *user)
{
	return domain_is_ours(value_of(rq_new(), user));
}

static void domain_is_the_one_there_is(void)
{
	CU_ASSERT_TRUE(is_ours("{}"));
	CU_ASSERT_TRUE(is_ours("{\"domain\": {}}"));
	CU_ASSERT_TRUE(is_ours("{\"domain\": {\"id\": \"default\"}}"));
	CU_ASSERT_TRUE(is_ours("{\"domain\": {\"name\": \"Default\"}}"));
	CU_ASSERT_TRUE(is_ours("{\"domain\": {\"name\": \"default\"}}"));
	CU_ASSERT_FALSE(is_ours("{\"domain\": {\"id\": \"Default\"}}"));
	CU_ASSERT_FALSE(is_ours("{\"domain\": {\"name\": \"Elsewhere\"}}"));
	CU_ASSERT_FALSE(is_ours("{\"domain\": {\"id\": \"x\", \"name\": \"Default\"}}"));
}

static void scope_is_refused_where_it_makes_no_sense(void)
{
	static const struct {
		const char *scope;
		int status;
	} cases[] = {
		{ "\"unscoped\"", 0 }, { "{\"unscoped\": {}}", 0 },
		{ "\"project\"", 400 }, { "{}", 400 }, { "{\"planet\": {}}", 400 },
		{ "{\"project\": {}}", 400 }, { "{\"project\": {\"id\": \"x\"}, \"unscoped\": {}}", 400 },
		{ "{\"domain\": {\"id\": \"default\"}}", 401 }, { "{\"system\": {\"all\": true}}", 401 },
	};

	for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		struct req *rq = rq_new();
		struct login login = { 0 };
		bool good = scope_read(rq, value_of(rq, cases[n].scope), &login);
		CU_ASSERT_EQUAL(good, cases[n].status == 0);
		CU_ASSERT_EQUAL(rq->problem.status, cases[n].status);
		CU_ASSERT_PTR_NULL(login.project_id);
	}
	CU_ASSERT_TRUE(scope_read(rq_new(), NULL, &(struct login){ 0 }));
}

int main(void)
{
	static const struct unit units[] = {
		{ "a login is what keystoneauth sends", login_takes_what_keystoneauth_sends },
		{ "what a login misses is named by its path", login_names_what_is_missing },
		{ "passwords and tokens are not said back", login_says_no_secret_back },
		{ "a login takes a password of 511 characters and no more", login_takes_a_password_as_long_as_any_user_has },
		{ "there is one domain", domain_is_the_one_there_is },
		{ "a scope that makes no sense is refused", scope_is_refused_where_it_makes_no_sense },
		{ 0 }
	};

	return unit_run("login", units);
}
