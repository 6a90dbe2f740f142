/* What the workers and the engine begin alike. */
#include "config.h"

#include "main/program.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

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
