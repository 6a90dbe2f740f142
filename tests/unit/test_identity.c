/* Standalone identity, as far as it goes without PostgreSQL. */
#include "identity/identity_int.h"

#include <CUnit/CUnit.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "request.h"
#include "unit.h"

#define PASSWORD_MAX 511

#define HASH_A "aaaaaaaa00000000000000000000000000000000000000000000000000000001"
#define HASH_B "bbbbbbbb00000000000000000000000000000000000000000000000000000001"
#define HASH_C "cccccccc00000000000000000000000000000000000000000000000000000001"

/* A request with a fresh arena; the one before it is gone, and so are settings and cache. */
static struct req *rq_new(void)
{
	identity_settings = (struct identity_settings){
		.token_cache_time = 60, .public_endpoint = "", .region = "RegionOne",
	};
	cache_forget();
	return request_new((struct req){
		.scheme = "http", .host = "example.org:9090", .service = SERVICE_IDENTITY,
		.mount = "/identity", .query = "",
	});
}

/* ---- passwords ------------------------------------------------------------------------------ */

static void password_fits_its_hash(void)
{
	struct arena *arena = rq_new()->arena;
	const char *hash = password_hash(arena, "caf\xc3\xa9 au lait");

	CU_ASSERT_PTR_NOT_NULL_FATAL(hash);
	CU_ASSERT_TRUE(password_fits("caf\xc3\xa9 au lait", hash));
	CU_ASSERT_FALSE(password_fits("caf\xc3\xa9 au lai", hash));
	CU_ASSERT_FALSE(password_fits("caf\xc3\xa9 au lait ", hash));
	CU_ASSERT_FALSE(password_fits("", hash));
}

static void password_hash_is_salted(void)
{
	struct arena *arena = rq_new()->arena;
	const char *first = password_hash(arena, "secret"), *second = password_hash(arena, "secret");

	CU_ASSERT_PTR_NOT_NULL_FATAL(first);
	CU_ASSERT_PTR_NOT_NULL_FATAL(second);
	CU_ASSERT_EQUAL(strncmp(first, "$y$", 3), 0);
	CU_ASSERT_STRING_NOT_EQUAL(first, second);
	CU_ASSERT_PTR_NULL(strstr(first, "secret"));
}

static void password_counts_whole(void)
{
	struct arena *arena = rq_new()->arena;
	char text[PASSWORD_MAX + 2];

	memset(text, 'x', sizeof(text));
	text[PASSWORD_MAX] = '\0';
	const char *hash = password_hash(arena, text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(hash);
	CU_ASSERT_TRUE(password_fits(text, hash));
	text[PASSWORD_MAX - 1] = 'y';
	CU_ASSERT_FALSE(password_fits(text, hash));
	memset(text, 'x', sizeof(text));
	text[PASSWORD_MAX + 1] = '\0';
	CU_ASSERT_PTR_NULL(password_hash(arena, text));
	CU_ASSERT_FALSE(password_fits(text, hash));
}

static void password_fits_no_damaged_hash(void)
{
	static const char *const damaged[] = { "", "*", "*0", "*1", "x", "$y$", "$y$j9T$", "$y$j9T$abc$",
					       "$y$j9T$abc$secret", "secret" };

	rq_new();
	for (size_t n = 0; n < sizeof(damaged) / sizeof(damaged[0]); n++)
		CU_ASSERT_FALSE(password_fits("secret", damaged[n]));
}

/* Processor time: what else runs on the machine does not count. */
static clock_t time_of(const char *hash)
{
	clock_t start = clock();

	for (int n = 0; n < 5; n++)
		(void)password_fits("secret", hash);
	return clock() - start;
}

static void password_of_nobody_costs_the_same(void)
{
	const char *hash = password_hash(rq_new()->arena, "right");

	CU_ASSERT_FALSE(password_fits("secret", NULL));
	clock_t known = time_of(hash), unknown = time_of(NULL);
	CU_ASSERT_TRUE(unknown < 3 * known);
	CU_ASSERT_TRUE(known < 3 * unknown);
}

/* ---- tokens and roles ----------------------------------------------------------------------- */

static void token_hash_is_sha256(void)
{
	char hash[TOKEN_HASH_SIZE];

	token_hash(hash, "abc");
	CU_ASSERT_STRING_EQUAL(hash, "ba7816bf8f01cfea414140de5dae2223"
				     "b00361a396177a9cb410ff61f20015ad");
	token_hash(hash, "");
	CU_ASSERT_STRING_EQUAL(hash, "e3b0c44298fc1c149afbf4c8996fb924"
				     "27ae41e4649b934ca495991b7852b855");
	token_hash(hash, "\xff\x01");
	CU_ASSERT_EQUAL(strlen(hash), TOKEN_HASH_SIZE - 1);
}

/* The roles that are assigned become these, in this order. */
static bool roles_are(const char *assigned, const char *expected)
{
	struct text list = { .arena = rq_new()->arena };
	struct caller caller = { 0 };

	text_puts(&list, "");
	roles_expand(list.arena, assigned, &caller);
	for (size_t n = 0; n < caller.role_count; n++)
		text_printf(&list, "%s%s", n == 0 ? "" : " ", caller.roles[n]);
	return strcmp(list.data, expected) == 0;
}

static void roles_imply_others(void)
{
	CU_ASSERT_TRUE(roles_are("admin", "admin member reader"));
	CU_ASSERT_TRUE(roles_are("member", "member reader"));
	CU_ASSERT_TRUE(roles_are("reader", "reader"));
	CU_ASSERT_TRUE(roles_are("service", "service"));
}

static void roles_are_given_once(void)
{
	CU_ASSERT_TRUE(roles_are("reader,member,admin", "reader member admin"));
	CU_ASSERT_TRUE(roles_are("admin,member,reader,service", "admin member reader service"));
}

static void roles_unknown_stay_as_they_are(void)
{
	CU_ASSERT_TRUE(roles_are("auditor", "auditor"));
	CU_ASSERT_TRUE(roles_are("admins,adm", "admins adm"));
	CU_ASSERT_TRUE(roles_are(NULL, ""));
	CU_ASSERT_TRUE(roles_are("", ""));
}

static void roles_have_a_bound(void)
{
	struct text list = { .arena = rq_new()->arena };
	struct caller caller = { 0 };

	for (int n = 0; n < 2 * ROLES_MAX; n++)
		text_printf(&list, "%srole%d", n == 0 ? "" : ",", n);
	roles_expand(list.arena, list.data, &caller);
	CU_ASSERT_EQUAL(caller.role_count, ROLES_MAX);
}

static void roles_have_ids_of_their_own(void)
{
	static const char *const names[] = { "admin", "member", "reader", "service" };

	for (size_t n = 0; n < 4; n++) {
		CU_ASSERT_TRUE(account_role_known(names[n]));
		CU_ASSERT_EQUAL(strspn(role_id(names[n]), "0123456789abcdef"), 32);
		for (size_t other = 0; other < n; other++)
			CU_ASSERT_STRING_NOT_EQUAL(role_id(names[n]), role_id(names[other]));
	}
	CU_ASSERT_STRING_EQUAL(role_id("auditor"), "auditor");
	CU_ASSERT_FALSE(account_role_known("Member"));
	CU_ASSERT_FALSE(account_role_known("member "));
	CU_ASSERT_FALSE(account_role_known(""));
}

/* ---- what workers remember ------------------------------------------------------------------ */

static struct caller caller_of_test(void)
{
	return (struct caller){
		.user_id = "u1", .user_name = "alice", .project_id = "p1", .project_name = "demo",
		.roles = { "member", "reader" }, .role_count = 2, .expires_at = clock_now() + 1000,
	};
}

static int64_t in_seconds(int64_t seconds)
{
	return clock_monotonic_us() + seconds * SECOND_US;
}

static void keep(const char *hash)
{
	struct caller caller = caller_of_test();

	cache_keep(hash, &caller, in_seconds(60));
}

static bool is_cached(const char *hash)
{
	struct caller caller = { 0 };

	return cache_find(request_of_test.arena, hash, &caller);
}

static void cache_gives_back_what_was_kept(void)
{
	struct req *rq = rq_new();
	struct caller caller = { 0 };
	int64_t expires_at = caller_of_test().expires_at;

	CU_ASSERT_FALSE(cache_find(rq->arena, HASH_A, &caller));
	keep(HASH_A);
	CU_ASSERT_TRUE_FATAL(cache_find(rq->arena, HASH_A, &caller));
	cache_forget();   /* what was given is the request's own */
	CU_ASSERT_STRING_EQUAL(caller.user_id, "u1");
	CU_ASSERT_STRING_EQUAL(caller.user_name, "alice");
	CU_ASSERT_STRING_EQUAL(caller.project_id, "p1");
	CU_ASSERT_STRING_EQUAL(caller.project_name, "demo");
	CU_ASSERT_PTR_NULL(caller.domain_id);
	CU_ASSERT_TRUE(req_has_role(&caller, "member"));
	CU_ASSERT_TRUE(req_has_role(&caller, "reader"));
	CU_ASSERT_FALSE(req_has_role(&caller, "admin"));
	CU_ASSERT_TRUE(caller.expires_at - expires_at <= 1);
}

static void cache_keeps_a_token_for_the_system(void)
{
	struct req *rq = rq_new();
	struct caller caller = caller_of_test();

	caller.project_id = caller.project_name = NULL;
	caller.system_scope = "all";
	caller.trust_id = "t1";
	caller.user_name = "";
	caller.is_system_scoped = caller.is_admin_project = true;
	caller.role_count = 0;
	cache_keep(HASH_A, &caller, in_seconds(60));
	caller = (struct caller){ 0 };
	CU_ASSERT_TRUE_FATAL(cache_find(rq->arena, HASH_A, &caller));
	CU_ASSERT_PTR_NULL(caller.project_id);
	CU_ASSERT_STRING_EQUAL(caller.user_name, "");
	CU_ASSERT_STRING_EQUAL(caller.system_scope, "all");
	CU_ASSERT_STRING_EQUAL(caller.trust_id, "t1");
	CU_ASSERT_TRUE(caller.is_system_scoped && caller.is_admin_project);
	CU_ASSERT_FALSE(caller.is_domain_scoped);
	CU_ASSERT_EQUAL(caller.role_count, 0);
}

/* A hash of the set that HASH_A is in. */
static const char *hash_in_set(char hash[TOKEN_HASH_SIZE], int number)
{
	snprintf(hash, TOKEN_HASH_SIZE, "aaaaaaaa%056d", number);
	return hash;
}

static void cache_gives_up_the_token_that_ends_first(void)
{
	struct caller caller = caller_of_test();
	char hash[TOKEN_HASH_SIZE];

	rq_new();
	for (int n = 0; n < 4; n++)
		cache_keep(hash_in_set(hash, n), &caller, in_seconds(n == 2 ? 10 : 60));
	for (int n = 0; n < 4; n++)
		CU_ASSERT_TRUE(is_cached(hash_in_set(hash, n)));
	keep(hash_in_set(hash, 4));
	for (int n = 0; n < 5; n++)
		CU_ASSERT_EQUAL(is_cached(hash_in_set(hash, n)), n != 2);
}

static void cache_keeps_a_token_once(void)
{
	char hash[TOKEN_HASH_SIZE];

	rq_new();
	for (int n = 0; n < 4; n++)
		keep(hash_in_set(hash, n));
	for (int n = 0; n < 10; n++)
		keep(hash_in_set(hash, 3));
	for (int n = 0; n < 4; n++)
		CU_ASSERT_TRUE(is_cached(hash_in_set(hash, n)));
}

static void cache_is_not_emptied_by_refusals(void)
{
	char hash[TOKEN_HASH_SIZE];

	rq_new();
	keep(HASH_A);
	for (int n = 0; n < 100000; n++) {
		snprintf(hash, sizeof(hash), "%08x%056d", (unsigned)n * 2654435761u, n);
		cache_refuse(hash);
	}
	CU_ASSERT_TRUE(cache_is_refused(hash));
	CU_ASSERT_TRUE(is_cached(HASH_A));
	CU_ASSERT_FALSE(cache_is_refused(HASH_A));
	CU_ASSERT_FALSE(is_cached(hash));
}

static void cache_forgets_all(void)
{
	rq_new();
	keep(HASH_A);
	keep(HASH_B);
	cache_refuse(HASH_C);
	CU_ASSERT_TRUE(is_cached(HASH_A) && is_cached(HASH_B) && cache_is_refused(HASH_C));
	cache_forget();
	CU_ASSERT_FALSE(is_cached(HASH_A) || is_cached(HASH_B) || cache_is_refused(HASH_C));
	cache_forget();
}

static void cache_ends_with_the_token(void)
{
	struct caller caller = caller_of_test();

	rq_new();
	caller.expires_at = clock_now();
	cache_keep(HASH_A, &caller, in_seconds(60));
	CU_ASSERT_FALSE(is_cached(HASH_A));
}

static void cache_ends_with_its_time(void)
{
	struct caller caller = caller_of_test();

	rq_new();
	cache_keep(HASH_A, &caller, in_seconds(1));
	CU_ASSERT_TRUE(is_cached(HASH_A));
	unit_wait_ms(1050);
	CU_ASSERT_FALSE(is_cached(HASH_A));
}

static void cache_of_no_time_keeps_nothing(void)
{
	struct caller caller = caller_of_test();

	rq_new();
	cache_keep(HASH_A, &caller, in_seconds(0));
	CU_ASSERT_FALSE(is_cached(HASH_A));
}

/* ---- where services are --------------------------------------------------------------------- */

static struct json_object *catalog_of(struct req *rq)
{
	struct text out = { .arena = rq->arena };

	catalog_add(rq, &out, "p1");
	return value_of(rq, out.data);
}

static const char *url_of(struct json_object *catalog, size_t service)
{
	struct json_object *endpoints =
		json_get(json_object_array_get_idx(catalog, service), "endpoints");

	return json_get_string(json_object_array_get_idx(endpoints, 0), "url");
}

static void catalog_leads_where_the_client_asked(void)
{
	struct req *rq = rq_new();

	CU_ASSERT_STRING_EQUAL(url_of(catalog_of(rq), 0), "http://example.org:9090/identity/v3");
	CU_ASSERT_STRING_EQUAL(url_of(catalog_of(rq), 1), "http://example.org:9090");
	rq->service = SERVICE_BACKUP;
	rq->mount = "";
	CU_ASSERT_STRING_EQUAL(identity_url(rq), "http://example.org:9090/identity");
}

static void catalog_leads_where_the_operator_says(void)
{
	struct req *rq = rq_new();

	identity_settings.public_endpoint = "https://backup.example.org";
	CU_ASSERT_STRING_EQUAL(url_of(catalog_of(rq), 0), "https://backup.example.org/identity/v3");
	identity_settings.public_endpoint = "https://backup.example.org/";
	CU_ASSERT_STRING_EQUAL(url_of(catalog_of(rq), 0), "https://backup.example.org/identity/v3");
	CU_ASSERT_STRING_EQUAL(url_of(catalog_of(rq), 1), "https://backup.example.org");
	CU_ASSERT_STRING_EQUAL(identity_url(rq), "https://backup.example.org/identity");
}

static void catalog_ids_are_unique(void)
{
	struct req *rq = rq_new();
	struct json_object *catalog = catalog_of(rq), *seen = json_object_new_object();

	json_own(rq->arena, seen);
	for (size_t i = 0; i < json_object_array_length(catalog); i++) {
		struct json_object *service = json_object_array_get_idx(catalog, i);
		struct json_object *endpoints = json_get(service, "endpoints");
		json_object_object_add(seen, json_get_string(service, "id"), NULL);
		CU_ASSERT_EQUAL(json_object_array_length(endpoints), 3);
		for (size_t n = 0; n < json_object_array_length(endpoints); n++) {
			const char *id = json_get_string(json_object_array_get_idx(endpoints, n), "id");
			CU_ASSERT_EQUAL(strlen(id), 32);
			json_object_object_add(seen, id, NULL);
		}
	}
	CU_ASSERT_EQUAL(json_object_object_length(seen), 3 * 4);
}

int main(void)
{
	static const struct unit units[] = {
		{ "a password fits its own hash and no other does", password_fits_its_hash },
		{ "two hashes of one password differ", password_hash_is_salted },
		{ "a password counts to its last byte, and a longer one is none", password_counts_whole },
		{ "no password fits a damaged hash", password_fits_no_damaged_hash },
		{ "a name nobody has takes as long as a wrong password", password_of_nobody_costs_the_same },
		{ "PostgreSQL knows a token by its SHA-256", token_hash_is_sha256 },
		{ "admin implies member, member implies reader", roles_imply_others },
		{ "a role is given once", roles_are_given_once },
		{ "an unknown role is itself", roles_unknown_stay_as_they_are },
		{ "roles have a bound", roles_have_a_bound },
		{ "each role has an id of its own", roles_have_ids_of_their_own },
		{ "the cache gives back what was kept", cache_gives_back_what_was_kept },
		{ "the cache keeps what a token for the system says", cache_keeps_a_token_for_the_system },
		{ "the cache gives up the token that ends first", cache_gives_up_the_token_that_ends_first },
		{ "the cache keeps a token once", cache_keeps_a_token_once },
		{ "tokens that do not count drive none out that do", cache_is_not_emptied_by_refusals },
		{ "the cache forgets all", cache_forgets_all },
		{ "the cache does not outlive the token", cache_ends_with_the_token },
		{ "the cache does not outlive its time", cache_ends_with_its_time },
		{ "a cache of no time keeps nothing", cache_of_no_time_keeps_nothing },
		{ "the catalog leads where the client asked", catalog_leads_where_the_client_asked },
		{ "the catalog leads where the operator says", catalog_leads_where_the_operator_says },
		{ "no two services or endpoints share an id", catalog_ids_are_unique },
		{ 0 }
	};

	return unit_run("identity", units);
}
