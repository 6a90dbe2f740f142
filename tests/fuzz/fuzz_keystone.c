/*
 * Whatever Keystone says of a token is refused, or is a caller that makes sense.
 * clang -fsanitize=fuzzer,address,undefined; see tests/fuzz/README.md.
 */
#include "config.h"

#include "identity/keystone.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "identity/access_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void caller_makes_sense(const struct caller *caller)
{
	assert(caller->user_id != NULL && caller->user_id[0] != '\0');
	assert((caller->project_id != NULL) + caller->is_domain_scoped +
	       caller->is_system_scoped <= 1);
	assert(caller->project_id == NULL || caller->project_id[0] != '\0');
	assert(caller->is_domain_scoped == (caller->domain_id != NULL));
	assert(caller->role_count <= ROLES_MAX);
	for (size_t n = 0; n < caller->role_count; n++)
		assert(caller->roles[n] != NULL);
}

static void rules_are_judged(struct arena *arena, const struct caller *caller)
{
	static const char path[] = "/v2/p1/jobs";

	if (caller->access_rules == NULL)
		return;
	access_allowed(arena, caller->access_rules, "backup", "GET", path);
	access_path_fits(arena, caller->access_rules, path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct caller caller = { 0 };
	struct json_object *body;
	struct json_error error;

	if (json_parse(arena, (const char *)data, size, &body, &error) &&
	    keystone_token_read(arena, body, &caller)) {
		caller_makes_sense(&caller);
		rules_are_judged(arena, &caller);
	}
	arena_free(arena);
	return 0;
}
