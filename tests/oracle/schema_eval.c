/*
 * Answers the questions of schema_oracle.py: of each line "SCHEMA<TAB>VALUE" it says "fits",
 * "unfit", or "refused" when we do not take the schema.
 */
#include "config.h"

#include "provider/provider_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"

static struct json_object *value_of(struct arena *arena, const char *text)
{
	struct json_object *value;
	struct json_error error;

	if (json_parse(arena, text, strlen(text), &value, &error))
		return value;
	fprintf(stderr, "this is no JSON: %s\n", text);
	exit(EXIT_FAILURE);
}

static const char *answer(struct arena *arena, const char *schema_text, const char *value_text)
{
	struct json_object *schema = value_of(arena, schema_text);
	struct fault fault = { .arena = arena };
	const char *why;

	if (!json_schema_is_sound(&fault, schema))
		return "refused";
	return json_schema_holds(arena, schema, value_of(arena, value_text), "$", 0, &why) ?
	       "fits" : "unfit";
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	while ((len = getline(&line, &room, stdin)) > 0) {
		struct arena *arena = arena_new();
		line[len - 1] = '\0';
		char *tab = strchr(line, '\t');
		if (tab == NULL)
			return EXIT_FAILURE;
		*tab = '\0';
		puts(answer(arena, line, tab + 1));
		arena_free(arena);
	}
	free(line);
	return EXIT_SUCCESS;
}
