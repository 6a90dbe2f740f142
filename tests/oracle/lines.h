/* What answers an oracle's questions, a line each. */
#ifndef PERMAFROST_ORACLE_LINES_H
#define PERMAFROST_ORACLE_LINES_H

#include <stdbool.h>

struct arena;

/* Give each line of standard input, without its end, to `answer`. Returns the exit status: a failure
 * when a line could not be read as a question. */
int lines_answer(bool (*answer)(struct arena *arena, char *line));

#endif
