/* What a route makes of a request that comes to no handler, and of one from inside. */
#include "config.h"

#include "route/route.h"

#include <CUnit/CUnit.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "files.h"
#include "request.h"
#include "store/store.h"
#include "unit.h"

static struct req *rq_new(enum method method, const char *path)
{
	return request_new((struct req){ .service = SERVICE_BACKUP, .method = method,
					 .path = path, .query = "", .mount = "",
					 .scheme = "http", .host = "backup" });
}

static int status_of(struct req *rq)
{
	dispatch(rq);
	return rq->problem.status != 0 ? rq->problem.status : rq->reply.status;
}

static void without_a_database_there_is_a_time_to_come_again(void)
{
	struct req *rq = rq_new(METHOD_GET, "/v2/p1/jobs");

	CU_ASSERT_EQUAL(status_of(rq), 503);
	CU_ASSERT_EQUAL(rq->reply.retry_after, 2);
	CU_ASSERT_EQUAL(status_of(rq_new(METHOD_GET, "/")), 300);   /* which needs none */
}

static void a_path_and_a_method_lead_to_a_route(void)
{
	CU_ASSERT_EQUAL(status_of(rq_new(METHOD_GET, "/v2/p1/nothing")), 404);
	CU_ASSERT_EQUAL(status_of(rq_new(METHOD_GET, "/v2//jobs")), 404);
	struct req *rq = rq_new(METHOD_PUT, "/v2/p1/jobs");
	CU_ASSERT_EQUAL(status_of(rq), 405);
	CU_ASSERT_STRING_EQUAL(rq->reply.allow, "GET, POST, OPTIONS");
	rq = rq_new(METHOD_OPTIONS, "/v2/p1/jobs");
	CU_ASSERT_EQUAL(status_of(rq), 200);
	CU_ASSERT_STRING_EQUAL(rq->reply.allow, "GET, POST, OPTIONS");
}

static int status_for(const char *accept)
{
	struct req *rq = rq_new(METHOD_GET, "/v2/p1/jobs");

	rq->accept = accept;
	return status_of(rq);
}

static void who_takes_no_json_gets_none(void)
{
	static const char *const takes[] = { "application/json", "*/*", "text/html, application/*",
					     "text/html;q=0.9,application/json;q=0.1",
					     "application/json;v=1" };
	static const char *const takes_none[] = { "text/html", "application/jsonp", "",
						  "application/json;q=0", "*/*; q=0.0, text/plain" };

	for (size_t n = 0; n < sizeof(takes) / sizeof(takes[0]); n++)
		CU_ASSERT_EQUAL(status_for(takes[n]), 503);
	for (size_t n = 0; n < sizeof(takes_none) / sizeof(takes_none[0]); n++)
		CU_ASSERT_EQUAL(status_for(takes_none[n]), 406);
}

static void a_call_from_inside_is_refused_like_any_other(void)
{
	struct req *rq = rq_new(METHOD_POST, "/v2/p1/nothing");

	CU_ASSERT_FALSE(route_call(rq));
	CU_ASSERT_EQUAL(rq->problem.status, 404);
	rq = rq_new(METHOD_POST, "/v2/p1/jobs");
	rq->body = value_of(rq, "{\"job_actions\": 1}");
	CU_ASSERT_FALSE(route_call(rq));
	CU_ASSERT_EQUAL(rq->problem.status, 400);
}

static void a_file_takes_a_service_out_of_rotation(void)
{
	char file[256];

	snprintf(file, sizeof(file), "%s", path_of("off"));
	healthcheck_configure(file);
	CU_ASSERT_EQUAL(status_of(rq_new(METHOD_HEAD, "/healthcheck")), 204);
	file_write("off", "");
	CU_ASSERT_EQUAL(status_of(rq_new(METHOD_HEAD, "/healthcheck")), 503);
	struct req *rq = rq_new(METHOD_GET, "/healthcheck");
	CU_ASSERT_EQUAL(status_of(rq), 503);
	CU_ASSERT_PTR_NOT_NULL(strstr(rq->reply.text, "DISABLED BY FILE"));
	unlink(file);
	CU_ASSERT_EQUAL(status_of(rq_new(METHOD_GET, "/healthcheck")), 200);
}

static void look(const struct row *row, void *argument)
{
	size_t *largest = argument;

	if (row->number > *largest)
		*largest = row->number;
}

static void rows_are_numbered_from_one(void)
{
	size_t largest = 0;

	CU_ASSERT(route_count() > 60);
	route_each(look, &largest);
	CU_ASSERT_EQUAL(largest + 1, route_count());
}

int main(void)
{
	static const struct unit units[] = {
		{ "rows are numbered from one", rows_are_numbered_from_one },
		{ "without a database there is a time to come again",
		  without_a_database_there_is_a_time_to_come_again },
		{ "a path and a method lead to a route", a_path_and_a_method_lead_to_a_route },
		{ "who takes no JSON gets none", who_takes_no_json_gets_none },
		{ "a call from inside is refused like any other",
		  a_call_from_inside_is_refused_like_any_other },
		{ "a file takes a service out of rotation", a_file_takes_a_service_out_of_rotation },
		{ 0 }
	};

	directory_make();
	log_threshold(0);
	if (!store_configure("host=/nowhere dbname=none", 1, 1))
		return EXIT_FAILURE;
	int status = unit_run("route", units);
	arena_free(request_of_test.arena);
	directory_remove();
	return status;
}
