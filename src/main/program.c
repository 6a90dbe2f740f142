/* What the workers and the engine begin alike. */
#include "config.h"

#include "main/program.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/settings.h"
#include "protectable/protectable.h"

const char *program_config_file(int argc, char **argv, const char *usage)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ 0 }
	};
	const char *file = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			file = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		case 'v':
			puts(PACKAGE_STRING);
			exit(EXIT_SUCCESS);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	return file;
}

static bool secret_visit(const char *path, void *argument)
{
	struct stat info;

	(void)argument;
	if (stat(path, &info) == 0 && (info.st_mode & S_IROTH) != 0)
		log_warning("everybody may read %s, which holds a secret\nhint: chmod o-r it",
			    path);
	return true;
}

void program_warn_of_open_secrets(void)
{
	struct arena *arena = arena_new();
	const char *key = setting_text(SETTING_KEYSTONE_KEYFILE);

	settings_visit_secret(arena, secret_visit, NULL);
	if (key[0] != '\0')
		secret_visit(key, NULL);
	arena_free(arena);
}

bool program_configure_cloud(void)
{
	return protectable_configure(&(struct cloud_settings){
		.region = setting_text(SETTING_CLOUD_REGION),
		.interface = setting_text(SETTING_CLOUD_INTERFACE),
		.request_timeout = setting_int(SETTING_CLOUD_TIMEOUT),
		.cafile = setting_text(SETTING_CLOUD_CAFILE),
		.insecure = setting_bool(SETTING_CLOUD_INSECURE),
	});
}
