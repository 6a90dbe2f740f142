/*
 * A provider file of any bytes: it is one, or the reason why not is logged. What is one is shown as
 * JSON that clients can read, and its templates come to an action or say why not.
 * clang -fsanitize=fuzzer,address,undefined; see tests/fuzz/README.md.
 */
#include "config.h"

#include "provider/provider_int.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char values_text[] =
	"{\"resource\": {\"id\": \"r1\", \"name\": \"R 1\", \"type\": \"T\","
	" \"extra_info\": {\"zone\": \"az1\"}}, \"project\": {\"id\": \"p1\"},"
	" \"plan\": {\"id\": \"pl\", \"name\": \"P\"}, \"checkpoint\": {\"id\": \"c1\"},"
	" \"provider\": {\"id\": \"x\", \"name\": \"X\"}}";

static struct json_object *parse(struct arena *arena, const char *text)
{
	struct json_object *value;
	struct json_error error;

	assert(json_parse_stored(arena, text, strlen(text), &value, &error));
	return value;
}

static void expand_all(struct arena *arena, const struct provider *provider)
{
	struct json_object *values = parse(arena, values_text), *expanded;
	const char *why;

	for (size_t n = 0; n < provider->count; n++) {
		const struct operation *operations = provider->protectables[n].operations;
		for (size_t i = 0; i < PROVIDER_OPERATION_COUNT; i++)
			if (operations[i].job_action != NULL &&
			    !template_expand(arena, operations[i].job_action, values, &expanded,
					     &why))
				assert(why != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct provider provider;

	log_threshold(0);
	if (provider_text_read(arena, "fuzz", (const char *)data, size, &provider)) {
		struct json_object *shown = parse(arena, provider.json);
		assert(strcmp(json_get_string(shown, "id"), provider.id) == 0);
		expand_all(arena, &provider);
	}
	arena_free(arena);
	return 0;
}
