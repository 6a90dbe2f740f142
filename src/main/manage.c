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
	{ "help", no_argument, NULL, 'h' },
	{ "id", required_argument, NULL, 'i' },
	{ "password-file", required_argument, NULL, 'f' },
	{ "password-stdin", no_argument, NULL, 'p' },
	{ "project", required_argument, NULL, 'P' },
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

/* Options may stand anywhere; what is left begins at `optind`. */
static void options_read(int argc, char **argv, struct wish *wish, const char **config)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			*config = optarg;
			break;
		case 'a':
			wish->roles = optarg;
			break;
		case 'P':
			wish->project = optarg;
			break;
		case 'T':
			wish->target_project = optarg;
			break;
		case 'i':
			wish->id = optarg;
			break;
		case 'f':
			wish->password_file = optarg;
			break;
		case 'p':
			wish->password_stdin = true;
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
