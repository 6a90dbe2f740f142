/* For 45-provider-actions.py: print the freezer_action that a provider's template comes to. */
#include "config.h"

#include "provider/provider_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"

static enum provider_operation operation_named(const char *name)
{
	size_t n = 0;

	while (operation_names[n] != NULL && strcmp(operation_names[n], name) != 0)
		n++;
	return (enum provider_operation)n;
}

/* Settle what was sent for the resource, under the name by which templates know it. */
static bool settle(struct arena *arena, const struct provider *provider, const char *type,
		   enum provider_schema which, struct json_object *values)
{
	const char *name = which == PROVIDER_OPTIONS_SCHEMA ? "parameters" : "restore", *why;
	struct json_object *sent = json_own(arena, json_object_new_object()), *settled;

	json_object_object_add(sent, type, json_object_get(json_get(values, name)));
	if (!provider_settle(arena, provider, which, sent, type, "", &settled, &why)) {
		fprintf(stderr, "%s\n", why);
		return false;
	}
	json_object_object_add(values, name, json_object_get(settled));
	return true;
}

/* DIRECTORY ID TYPE OPERATION VALUES */
int main(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct json_object *values;
	struct json_error error;
	struct provider_work work;
	const char *why;

	if (argc != 6 || !provider_load(argv[1]) || provider_find(argv[2]) == NULL ||
	    !json_parse(arena, argv[5], strlen(argv[5]), &values, &error))
		return 2;
	const struct provider *provider = provider_find(argv[2]);
	if (!settle(arena, provider, argv[3], PROVIDER_OPTIONS_SCHEMA, values) ||
	    !settle(arena, provider, argv[3], PROVIDER_RESTORE_SCHEMA, values))
		return EXIT_FAILURE;
	if (!provider_work(arena, provider, argv[3], operation_named(argv[4]), values, &work,
			   &why)) {
		fprintf(stderr, "%s\n", why);
		return EXIT_FAILURE;
	}
	puts(json_text(arena, json_get(work.job_action, "freezer_action")));
	arena_free(arena);
	return EXIT_SUCCESS;
}
