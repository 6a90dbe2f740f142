/* The table of commands: find the row that two words name, check its operands, run it. */
#include "config.h"

#include "admin/admin_int.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "base/utf8.h"

#define HELP_COLUMN 34
#define NAME_LENGTH_MAX 255      /* bytes; what a login may say */

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

const struct option_row option_rows[] = {
#define OPTION(name, member, set, value, text) \
	{ name, offsetof(struct wish, member), set, value, text },
#include "admin/options.def"
#undef OPTION
	{ 0 }
};

/* ---- what it says --------------------------------------------------------------------------- */

enum admin_status (admin_error)(const char *hint, const char *format, ...)
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

enum admin_status (admin_refused)(const struct req *rq)
{
	const char *hint = rq->problem.status == 503 ?
			   "see [database] connection in \"permafrost-manage config show\"" : NULL;

	return admin_error(hint, "%s", rq->problem.description);
}

/* What the command takes besides its operands; how wide that is. */
static int options_print(const struct command *command, FILE *out)
{
	static const struct { unsigned option; const char *text; } texts[] = {
		{ OPTION_PASSWORD, " (--password-stdin | --password-file FILE)" },
		{ OPTION_CALLER, " --as ROLES" },
		{ OPTION_PATTERN, " --pattern TEXT" },
		{ OPTION_ID, " [--id ID]" },
		{ OPTION_FROM, " --from FILE" },
		{ OPTION_DRY_RUN, " [--dry-run]" },
		{ OPTION_CHECKUP, " [--url URL] [OPTION...]" },
	};
	int width = 0;

	for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++) {
		if ((command->options & texts[n].option) != 0)
			width += fprintf(out, "%s", texts[n].text);
	}
	return width;
}

static int command_print(const struct command *command, FILE *out)
{
	int width = fprintf(out, "%s%s%s", command->words,
			    command->operands[0] == '\0' ? "" : " ", command->operands);

	return width + options_print(command, out);
}

/* The first word of a command: what it is about. */
static size_t group_length(const struct command *command)
{
	return strcspn(command->words, " ");
}

static bool is_of_group(const struct command *command, const char *word)
{
	return strlen(word) == group_length(command) &&
	       strncmp(command->words, word, strlen(word)) == 0;
}

static bool is_same_group(const struct command *a, const struct command *b)
{
	size_t len = group_length(a) + 1;   /* with the blank behind it */

	return strncmp(a->words, b->words, len) == 0;
}

static void command_help(const struct command *command, FILE *out)
{
	fputs("  ", out);
	int width = 2 + command_print(command, out);
	bool fits = width < HELP_COLUMN - 1;
	fprintf(out, fits ? "%*s%s\n" : "\n%*s%s\n", fits ? HELP_COLUMN - width : HELP_COLUMN, "",
		command->text);
}

static void option_help(const struct option_row *option, FILE *out)
{
	int width = fprintf(out, "  --%s%s%s", option->name, option->value == NULL ? "" : " ",
			    option->value == NULL ? "" : option->value);

	fprintf(out, "%*s%s\n", HELP_COLUMN - width, "", option->text);
}

void admin_help(FILE *out)
{
	fputs("usage: permafrost-manage [--config FILE] COMMAND\n"
	      "       permafrost-manage --help | --version\n", out);
	for (size_t n = 0; n < COMMAND_COUNT; n++) {
		if (n == 0 || !is_same_group(&commands[n], &commands[n - 1]))
			fputc('\n', out);
		command_help(&commands[n], out);
	}
	fputc('\n', out);
	for (const struct option_row *option = option_rows; option->name != NULL; option++)
		option_help(option, out);
	fputs("\nSee permafrost-manage(8).\n", out);
}

/* ---- which one ------------------------------------------------------------------------------ */

/* Most commands are two words. */
static int words_count(const struct command *command)
{
	return strchr(command->words, ' ') == NULL ? 1 : 2;
}

static const struct command *command_find(int count, char **words)
{
	for (size_t n = 0; n < COMMAND_COUNT; n++) {
		const struct command *command = &commands[n];
		if (!is_of_group(command, words[0]))
			continue;
		if (words_count(command) == 1)
			return command;
		if (count > 1 && strcmp(command->words + group_length(command) + 1, words[1]) == 0)
			return command;
	}
	return NULL;
}

static enum admin_status command_unknown(const char *first, const char *second)
{
	admin_error("permafrost-manage --help lists the commands",
		    "there is no command \"%s%s%s\"", first, second == NULL ? "" : " ",
		    second == NULL ? "" : second);
	return ADMIN_USAGE;
}

/* One word that is no command: show those that begin with it. */
static enum admin_status group_help(const char *word)
{
	bool any = false;

	for (size_t n = 0; n < COMMAND_COUNT; n++) {
		if (!is_of_group(&commands[n], word))
			continue;
		fputs(any ? "" : "usage:\n", stderr);
		command_help(&commands[n], stderr);
		any = true;
	}
	return any ? ADMIN_USAGE : command_unknown(word, NULL);
}

/* ---- is it all that the command needs, and no more ------------------------------------------ */

/* C0, DEL, C1, line and paragraph ends, and what turns the direction of text around. */
static bool is_control(const unsigned char *at)
{
	if (at[0] < 0x20 || at[0] == 0x7f || (at[0] == 0xc2 && at[1] < 0xa0))
		return true;
	return at[0] == 0xe2 && ((at[1] == 0x80 && at[2] >= 0xa8 && at[2] <= 0xae) ||
				 (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9));
}

/* Text that in a list stays one line, and looks like no other. */
static bool is_name(const char *name)
{
	const unsigned char *at = (const unsigned char *)name;
	size_t left = strlen(name);

	if (left == 0 || left > NAME_LENGTH_MAX || name[0] == ' ' || name[left - 1] == ' ')
		return false;
	while (left > 0) {
		size_t len = utf8_length(at, left);
		if (len == 0 || is_control(at))
			return false;
		at += len;
		left -= len;
	}
	return true;
}

/* Word number `n` of the operands. */
static const char *operand_name(const struct command *command, int n, int *len)
{
	const char *word = command->operands;

	for (; n > 0; n--)
		word += strcspn(word, " ") + 1;
	*len = (int)strcspn(word, " ");
	return word;
}

static bool operands_fit(const struct command *command, int count, char **operands)
{
	int len;

	if (count > command->names) {
		admin_error(NULL, "\"%s\" is one word too many", operands[command->names]);
		return false;
	}
	if (count < command->names) {
		const char *missing = operand_name(command, count, &len);
		admin_error(NULL, "%.*s is missing", len, missing);
		return false;
	}
	return true;
}

const char **admin_option_place(const struct option_row *option, struct wish *wish)
{
	return (const char **)(void *)((char *)wish + option->place);
}

/* The name of an option that this command does not know; NULL for none. */
static const char *option_strange(const struct command *command, struct wish *wish)
{
	for (const struct option_row *option = option_rows; option->name != NULL; option++) {
		bool is_known = option->set == 0 || (command->options & option->set) != 0;
		if (!is_known && *admin_option_place(option, wish) != NULL)
			return option->name;
	}
	return NULL;
}

static bool options_fit(const struct command *command, struct wish *wish)
{
	bool takes_password = (command->options & OPTION_PASSWORD) != 0;
	const char *strange = option_strange(command, wish);

	if (strange != NULL)
		admin_error(NULL, "--%s is not for %s", strange, command->words);
	else if (wish->password_stdin != NULL && wish->password_file != NULL)
		admin_error(NULL, "--password-stdin and --password-file: give one of them");
	else if (takes_password && wish->password_stdin == NULL &&
		 wish->password_file == NULL)
		admin_error(NULL, "the password is missing");
	else if ((command->options & OPTION_CALLER) != 0 && wish->roles == NULL)
		admin_error(NULL, "--as is missing; it may be \"\"");
	else if ((command->options & OPTION_PATTERN) != 0 && wish->pattern == NULL)
		admin_error(NULL, "--pattern is missing");
	else if ((command->options & OPTION_FROM) != 0 && wish->from == NULL)
		admin_error(NULL, "--from is missing");
	else
		return true;
	return false;
}

static enum admin_status usage_of(const struct command *command)
{
	fputs("usage: permafrost-manage ", stderr);
	command_print(command, stderr);
	fputc('\n', stderr);
	return ADMIN_USAGE;
}

enum admin_status admin_understand(struct wish *wish, int count, char **words)
{
	if (count == 0) {
		admin_help(stderr);
		return ADMIN_USAGE;
	}
	wish->command = command_find(count, words);
	if (wish->command == NULL)
		return count == 1 ? group_help(words[0]) : command_unknown(words[0], words[1]);
	int own = words_count(wish->command);
	if (!operands_fit(wish->command, count - own, words + own) ||
	    !options_fit(wish->command, wish))
		return usage_of(wish->command);
	for (int n = own; n < count; n++) {
		if (!is_name(words[n]))
			return admin_error(NULL, "a name is 1 to %d bytes of UTF-8 without control "
					   "characters or blanks at its ends", NAME_LENGTH_MAX);
	}
	wish->names = (const char *const *)words + own;
	return ADMIN_DONE;
}

bool admin_needs_settings(const struct wish *wish)
{
	return (wish->command->options & OPTION_CHECKUP) == 0;
}

enum admin_status admin_run(struct wish *wish)
{
	return wish->command->run(wish);
}
