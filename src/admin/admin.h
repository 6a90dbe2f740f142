/* What an operator does at the command line: the commands of permafrost-manage. */
#ifndef PERMAFROST_ADMIN_ADMIN_H
#define PERMAFROST_ADMIN_ADMIN_H

#include <stdbool.h>
#include <stdio.h>

struct command;
struct req;

/* Exit statuses, as permafrost-manage(8) has them. */
enum admin_status { ADMIN_DONE = 0, ADMIN_FAILED = 1, ADMIN_USAGE = 2 };

/* What was asked for at the command line. Strings are the caller's. */
struct wish {
	struct req *rq;               /* carries the arena and takes the problem */
	const struct command *command;  /* set by admin_understand() */
	const char *const *names;     /* the operands after the command's two words */
	const char *id;               /* --id; NULL when not given */
	const char *roles;            /* --as; NULL when not given */
	const char *project;          /* --project */
	const char *target_project;   /* --target-project */
	const char *password_file;    /* --password-file; NULL when not given */
	bool password_stdin;          /* --password-stdin */
	const char *format;           /* --format; NULL when not given */
	const char *pattern;          /* --pattern */
	const char *start;            /* --start */
	const char *count;            /* --count */
	const char *from;             /* --from; "-" is standard input */
	bool dry_run;                 /* --dry-run */
};

/* "permafrost-manage: <what>" and, unless `hint` is NULL, "hint: <hint>" on standard error.
 * Returns ADMIN_FAILED. */
enum admin_status admin_error(const char *hint, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* All commands and options. */
void admin_help(FILE *out);

/*
 * Find the command that words[0] and words[1] name, and see whether the operands that follow and
 * the options in `wish` are those it takes. ADMIN_DONE, or what is wrong is told.
 */
enum admin_status admin_understand(struct wish *wish, int count, char **words);

/*
 * Run the command that was understood; `wish` holds a request with an arena. Settings are loaded,
 * the store is configured. Results go to standard output, an error and a hint at what mends it to
 * standard error.
 */
enum admin_status admin_run(struct wish *wish);

#endif
