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

#define OPTIONS_MAX 64      /* with help, version and the end */
#define OPTION_FIRST 256    /* of options.def */

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

/* The rows of options.def as getopt_long() wants them: a value above all letters, and its row. */
static void options_fill(struct option options[OPTIONS_MAX])
{
	size_t n = 0;

	for (; n < OPTIONS_MAX - 3 && option_rows[n].name != NULL; n++) {
		bool has_value = option_rows[n].value != NULL;
		options[n] = (struct option){ .name = option_rows[n].name,
					      .has_arg = has_value ? required_argument :
									     no_argument,
					      .val = OPTION_FIRST + (int)n };
	}
	options[n++] = (struct option){ .name = "help", .val = 'h' };
	options[n++] = (struct option){ .name = "version", .val = 'v' };
	options[n] = (struct option){ 0 };
}

/* Options may stand anywhere; what is left begins at `optind`. */
static void options_read(int argc, char **argv, struct wish *wish)
{
	struct option options[OPTIONS_MAX];
	int option;

	options_fill(options);
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option >= OPTION_FIRST) {
			const struct option_row *row = &option_rows[option - OPTION_FIRST];
			*admin_option_place(row, wish) = row->value == NULL ? row->name : optarg;
			continue;
		}
		switch (option) {
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
	/* no GET, which would be asked again when the connection is lost */
	struct req rq = { .arena = arena_new(), .method = METHOD_OTHER };

	/* cppcheck-suppress autoVariables ; nobody looks at the wish when it was granted */
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

	process_keep_memory();
	options_read(argc, argv, &wish);
	if (argc - optind == 1 && strcmp(argv[optind], "help") == 0) {
		admin_help(stdout);
		return EXIT_SUCCESS;
	}
	enum admin_status status = admin_understand(&wish, argc - optind, argv + optind);
	if (status != ADMIN_DONE)
		return (int)status;
	if (admin_needs_settings(&wish) && !configure(wish.config))
		return EXIT_FAILURE;
	return (int)run(&wish);
}
