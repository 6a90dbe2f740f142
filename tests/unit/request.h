/* A request for tests of what handles one: one at a time, with an arena of its own. */
#ifndef PERMAFROST_TESTS_REQUEST_H
#define PERMAFROST_TESTS_REQUEST_H

#include <string.h>

#include <CUnit/CUnit.h>
#include <json-c/json.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/req.h"

static struct req request_of_test;

/* The request as `start` has it, with a fresh arena; the one before it is gone. */
static inline struct req *request_new(struct req start)
{
	arena_free(request_of_test.arena);
	request_of_test = start;
	request_of_test.arena = arena_new();
	return &request_of_test;
}

/* A JSON text as a value of the request. */
static inline struct json_object *value_of(struct req *rq, const char *text)
{
	struct json_object *value = NULL;
	struct json_error error;

	CU_ASSERT_TRUE_FATAL(json_parse(rq->arena, text, strlen(text), &value, &error));
	return value;
}

#endif
