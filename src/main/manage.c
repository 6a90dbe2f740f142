/* permafrost-manage: what an operator does at the command line. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "base/arena.h"
#include "base/process.h"
#include "base/req.h"
#include "base/settings.h"
#include "identity/identity.h"
#include "policy/policy.h"
#include "store/store.h"

static const struct option options[] = {
	{ "as", required_argument, NULL, 'a' },
	{ "config", required_argument, NULL, 'c' },
	{ "count", required_argument, NULL, 'n' },
	{ "dry-run", no_argument, NULL, 'd' },
	{ "format", required_argument, NULL, 'F' },
	{ "from", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ "id", required_argument, NULL, 'i' },
	{ "password-file", required_argument, NULL, 'f' },
	{ "password-stdin", no_argument, NULL, 'p' },
	{ "pattern", required_argument, NULL, 't' },
	{ "project", required_argument, NULL, 'P' },
	{ "start", required_argument, NULL, 's' },
	{ "target-project", required_argument, NULL, 'T' },
	{ "version", no_argument, NULL, 'v' },
	{ 0 }
};

/* `word` is where getopt_long() stopped; one letter of several leaves that behind. */
static enum admin_status option_refuse(int option, const char *word)
{
	const char letter[] = { '-', (char)optopt, '\0' };
	bool is_letter = option == '?' && optopt != 0 && strchr(word, '=') == NULL;

	admin_error("permafrost-manage --help lists commands and options",
		    option == ':' ? "%s needs a value" : "there is no option %s",
		    is_letter ? letter : word);
	return ADMIN_USAGE;
}

/* Where an option of this letter puts its value; NULL: it has none, or is no option. */
static const char **option_place(int option, struct wish *wish, const char **config)
{
	switch (option) {
	case 'c':
		return config;
	case 'a':
		return &wish->roles;
	case 'P':
		return &wish->project;
	case 'T':
		return &wish->target_project;
	case 'i':
		return &wish->id;
	case 'f':
		return &wish->password_file;
	case 'F':
		return &wish->format;
	case 't':
		return &wish->pattern;
	case 's':
		return &wish->start;
	case 'n':
		return &wish->count;
	case 'o':
		return &wish->from;
	default:
		return NULL;
	}
}

/* Options may stand anywhere; what is left begins at `optind`. */
static void options_read(int argc, char **argv, struct wish *wish, const char **config)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		const char **place = option_place(option, wish, config);
		if (place != NULL) {
			*place = optarg;
			continue;
		}
		switch (option) {
		case 'p':
			wish->password_stdin = true;
			break;
		case 'd':
			wish->dry_run = true;
			break;
		case 'h':
			admin_help(stdout);
			exit(EXIT_SUCCESS);
		case 'v':
			puts(PACKAGE_STRING);
			exit(EXIT_SUCCESS);
		default:
			exit(option_refuse(option, argv[optind - 1]));
		}
	}
}

/* Migrations may take long: the statement timeout of requests does not hold here. */
static bool configure(const char *config)
{
	if (!settings_load(config) || !policy_init())
		return false;
	return store_configure(setting_text(SETTING_CONNECTION),
			       setting_int(SETTING_CONNECT_TIMEOUT), 0);
}

static enum admin_status run(struct wish *wish)
{
	struct req rq = { .arena = arena_new() };

	wish->rq = &rq;
	enum admin_status status = admin_run(wish);
	arena_free(rq.arena);
	store_close();
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return status;
	return admin_error(NULL, "standard output could not be written");
}

int main(int argc, char **argv)
{
	struct wish wish = { 0 };
	const char *config = NULL;

	process_keep_memory();
	options_read(argc, argv, &wish, &config);
	if (argc - optind == 1 && strcmp(argv[optind], "help") == 0) {
		admin_help(stdout);
		return EXIT_SUCCESS;
	}
	enum admin_status status = admin_understand(&wish, argc - optind, argv + optind);
	if (status != ADMIN_DONE)
		return (int)status;
	return configure(config) ? (int)run(&wish) : EXIT_FAILURE;
}
