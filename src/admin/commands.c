/* The table of commands: find the row that two words name, check its operands, run it. */
#include "config.h"

#include "admin/admin_int.h"

#include <stdarg.h>
#include <string.h>

struct command {
	const char *words;
	enum admin_status (*run)(struct wish *wish);
	int names;
	unsigned options;
	const char *operands;
	const char *text;
};

static const struct command commands[] = {
#define COMMAND(words, function, names, options, operands, text) \
	{ words, function, names, options, operands, text },
#include "admin/commands.def"
#undef COMMAND
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

/* ---- what it says --------------------------------------------------------------------------- */

enum admin_status admin_error(const char *hint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("permafrost-manage: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	if (hint != NULL)
		fprintf(stderr, "hint: %s\n", hint);
	return ADMIN_FAILED;
}

enum admin_status admin_refused(const struct req *rq)
{
	const char *hint = rq->problem.status == 503 ?
			   "see [database] connection in \"permafrost-manage config show\"" : NULL;

	return admin_error(hint, "%s", rq->problem.description);
}

static const char *options_text(const struct command *command)
{
	if ((command->options & OPTION_PASSWORD) != 0)
		return " (--password-stdin | --password-file FILE)";
	return (command->options & OPTION_ID) != 0 ? " [--id ID]" : "";
}

void admin_help(FILE *out)
{
	fputs("usage: permafrost-manage [--config FILE] COMMAND\n"
	      "       permafrost-manage --help | --version\n\n", out);
	for (size_t n = 0; n < COMMAND_COUNT; n++) {
		const struct command *command = &commands[n];
		int width = fprintf(out, "  %s%s%s%s", command->words,
				    command->operands[0] == '\0' ? "" : " ", command->operands,
				    options_text(command));
		fprintf(out, width < 32 ? "%*s%s\n" : "\n%*s%s\n", width < 32 ? 34 - width : 34, "",
			command->text);
	}
}

/* ---- which one ------------------------------------------------------------------------------ */

/* Does "db migrate" consist of these two words? */
static bool is_named(const struct command *command, const char *first, const char *second)
{
	size_t len = strlen(first);

	return strncmp(command->words, first, len) == 0 && command->words[len] == ' ' &&
	       strcmp(command->words + len + 1, second) == 0;
}

static const struct command *command_find(const char *first, const char *second)
{
	for (size_t n = 0; n < COMMAND_COUNT; n++) {
		if (is_named(&commands[n], first, second))
			return &commands[n];
	}
	return NULL;
}

static enum admin_status usage_of(const struct command *command)
{
	fprintf(stderr, "usage: permafrost-manage %s%s%s%s\n", command->words,
		command->operands[0] == '\0' ? "" : " ", command->operands, options_text(command));
	return ADMIN_USAGE;
}

static bool options_fit(const struct command *command, const struct wish *wish)
{
	bool with_password = wish->password_stdin || wish->password_file != NULL;
	bool two_passwords = wish->password_stdin && wish->password_file != NULL;
	bool takes_password = (command->options & OPTION_PASSWORD) != 0;
	bool takes_id = (command->options & OPTION_ID) != 0;

	return with_password == takes_password && !two_passwords &&
	       (wish->id == NULL || takes_id);
}

enum admin_status admin_run(struct wish *wish, int count, char **words)
{
	if (count < 2) {
		admin_help(stderr);
		return ADMIN_USAGE;
	}
	const struct command *command = command_find(words[0], words[1]);
	if (command == NULL) {
		admin_error("permafrost-manage --help lists the commands",
			    "there is no command \"%s %s\"", words[0], words[1]);
		return ADMIN_USAGE;
	}
	if (count - 2 != command->names || !options_fit(command, wish))
		return usage_of(command);
	wish->names = (const char *const *)words + 2;
	return command->run(wish);
}
