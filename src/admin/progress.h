/* How far a long command is: a bar at a terminal, a line now and then elsewhere. */
#ifndef PERMAFROST_ADMIN_PROGRESS_H
#define PERMAFROST_ADMIN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool is_terminal;
	bool is_shown;        /* a bar stands in the terminal's line */
	int64_t total;        /* bytes to come in all; 0: not known */
	int64_t last_shown;   /* milliseconds */
};

/* Begin; the bar goes to standard error. */
void progress_start(struct progress *progress, int64_t total);

/* So many bytes are read, and so many documents in them. Shows it if it is time to. */
void progress_show(struct progress *progress, int64_t done, int64_t documents);

/* Take the bar away, before other text or at the end. */
void progress_clear(struct progress *progress);

#endif
