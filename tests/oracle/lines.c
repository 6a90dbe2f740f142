/* What answers an oracle's questions, a line each. */
#include "config.h"

#include "lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

int lines_answer(bool (*answer)(struct arena *arena, char *line))
{
	struct arena *arena = arena_new();
	char *line = NULL;
	size_t room = 0;
	bool readable = true;

	while (readable && getline(&line, &room, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		readable = answer(arena, line);
		arena_reset(arena);
	}
	free(line);
	arena_free(arena);
	return readable ? EXIT_SUCCESS : EXIT_FAILURE;
}
