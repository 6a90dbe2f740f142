/* What an operator does at the command line: the commands of permafrost-manage. */
#ifndef PERMAFROST_ADMIN_ADMIN_H
#define PERMAFROST_ADMIN_ADMIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct command;
struct req;

/* Exit statuses, as permafrost-manage(8) has them. */
enum admin_status { ADMIN_DONE = 0, ADMIN_FAILED = 1, ADMIN_USAGE = 2, ADMIN_WARNED = 3 };

/*
 * What was asked for at the command line. Strings are the caller's. Each row of options.def has a
 * member: its value, its own name when it takes none, NULL when it was not given.
 */
struct wish {
	struct req *rq;               /* carries the arena and takes the problem */
	const struct command *command;  /* set by admin_understand() */
	const char *const *names;     /* the operands after the command's words */
#define OPTION(name, member, set, value, text) const char *member;
#include "admin/options.def"
#undef OPTION
};

/* A row of options.def; a row without a name ends them. */
struct option_row {
	const char *name;             /* without the hyphens */
	size_t place;                 /* of its member */
	unsigned set;                 /* commands of this set take it; 0: all do */
	const char *value;            /* what its value is called; NULL: it takes none */
	const char *text;
};
extern const struct option_row option_rows[];

/* Where the option's value belongs. */
const char **admin_option_place(const struct option_row *option, struct wish *wish);

/* "permafrost-manage: <what>" and, unless `hint` is NULL, "hint: <hint>" on standard error.
 * Returns ADMIN_FAILED. */
enum admin_status admin_error(const char *hint, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
#ifdef __clang_analyzer__   /* it reads file by file and can't see that this is a failure */
#define admin_error(...) ((void)admin_error(__VA_ARGS__), ADMIN_FAILED)
#endif

/* All commands and options. */
void admin_help(FILE *out);

/*
 * Find the command that the first words name, and see whether the operands that follow and
 * the options in `wish` are those it takes. ADMIN_DONE, or what is wrong is told.
 */
enum admin_status admin_understand(struct wish *wish, int count, char **words);

/* Must settings be loaded before the command runs? One that looks for mistakes loads them. */
bool admin_needs_settings(const struct wish *wish);

/*
 * Run the command that was understood; `wish` holds a request with an arena. Settings are loaded
 * and the store is configured where it needs that. Results go to standard output, an error and a
 * hint at what mends it to standard error.
 */
enum admin_status admin_run(struct wish *wish);

#endif
