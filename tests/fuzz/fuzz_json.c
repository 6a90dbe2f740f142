/*
 * What passes the gate, json-c takes; printed and parsed again it is the same value.
 * clang -fsanitize=fuzzer,address,undefined; see tests/fuzz/README.md.
 */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The same text again, through both doors. */
static void print_and_parse(struct arena *arena, struct json_object *value)
{
	struct json_object *again, *stored;
	struct json_error error;
	const char *text = json_text(arena, value);

	assert(json_parse_stored(arena, text, strlen(text), &stored, &error));
	assert(json_same(value, stored));
	assert(json_same(stored, value));
	/* "E0" may make a number two characters too long for a client */
	if (json_parse(arena, text, strlen(text), &again, &error))
		assert(strcmp(json_text(arena, again), text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct json_object *value;
	struct json_error error;
	bool passed = json_parse(arena, (const char *)data, size, &value, &error);

	assert(passed == (error.fault == JSON_OK));
	assert(passed || (error.reason != NULL && error.offset <= size));
	/* the gate let it pass, so only the gate may refuse it */
	assert(error.reason == NULL || strcmp(error.reason, "too long") != 0);
	if (passed)
		print_and_parse(arena, value);
	else if (error.fault == JSON_SYNTAX)
		assert(!json_parse_stored(arena, (const char *)data, size, &value, &error));
	arena_free(arena);
	return 0;
}
