/* What an operator does at the command line: the commands of permafrost-manage. */
#ifndef PERMAFROST_ADMIN_ADMIN_H
#define PERMAFROST_ADMIN_ADMIN_H

#include <stdbool.h>
#include <stdio.h>

struct req;

/* Exit statuses, as permafrost-manage(8) has them. */
enum admin_status { ADMIN_DONE = 0, ADMIN_FAILED = 1, ADMIN_USAGE = 2 };

/* What was asked for at the command line. Strings are the caller's. */
struct wish {
	struct req *rq;               /* carries the arena and takes the problem */
	const char *const *names;     /* the operands after the command's two words */
	const char *id;               /* --id; NULL when not given */
	const char *password_file;    /* --password-file; NULL when not given */
	bool password_stdin;          /* --password-stdin */
};

/* The usage line and one line for each command. */
void admin_help(FILE *out);

/*
 * Run the command that words[0] and words[1] name with the operands that follow; `wish` holds the
 * options and a request with an arena. Settings are loaded and store and identity configured.
 * Results go to standard output, an error and a hint at what mends it to standard error.
 */
enum admin_status admin_run(struct wish *wish, int count, char **words);

#endif
