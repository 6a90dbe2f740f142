/* permafrost-engine: carries out what the Data Protection API accepted; as many as wanted run. */
#include "config.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/process.h"
#include "base/settings.h"
#include "engine/engine.h"
#include "karbor/quota.h"
#include "provider/provider.h"
#include "store/store.h"

#define HOST_SIZE 256

static void usage(FILE *out)
{
	fputs("usage: permafrost-engine [--config FILE]\n"
	      "Carries out checkpoints, restores and schedules; SIGTERM ends it.\n", out);
}

static const char *config_file(int argc, char **argv)
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
			usage(stdout);
			exit(EXIT_SUCCESS);
		case 'v':
			puts(PACKAGE_STRING);
			exit(EXIT_SUCCESS);
		default:
			usage(stderr);
			exit(2);
		}
	}
	return file;
}

static void stop(int signal)
{
	(void)signal;
	engine_stop();
}

/* What ends us comes only while we wait, so that no piece of work is broken off. Returns the mask
 * to wait with. */
static sigset_t signals_hold(void)
{
	const struct sigaction action = { .sa_handler = stop };
	sigset_t ends, before;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigprocmask(SIG_BLOCK, &ends, &before);
	sigdelset(&before, SIGTERM);
	sigdelset(&before, SIGINT);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	return before;
}

static bool configure(struct recurrence_limits *limits)
{
	if (!store_configure(setting_text(SETTING_CONNECTION), setting_int(SETTING_CONNECT_TIMEOUT),
			     setting_int(SETTING_STATEMENT_TIMEOUT)))
		return false;
	quota_configure(setting_int(SETTING_QUOTA_PLANS), setting_int(SETTING_QUOTA_CHECKPOINTS));
	return recurrence_limits_load(limits) &&
	       provider_load(setting_text(SETTING_PROVIDER_CONFIG_DIR));
}

int main(int argc, char **argv)
{
	char host[HOST_SIZE] = "";
	struct recurrence_limits limits;
	const sigset_t mask = signals_hold();

	gethostname(host, sizeof(host) - 1);
	process_keep_memory();
	if (!settings_load(config_file(argc, argv)) || !configure(&limits) ||
	    !migrate_fits(migrate_version()))
		return EXIT_FAILURE;
	return engine_run(&(struct engine_settings){
		.poll_interval = setting_int(SETTING_POLL_INTERVAL),
		.work_timeout = setting_int(SETTING_WORK_TIMEOUT),
		.limits = limits, .host = host, .waiting_mask = mask,
	}) ? EXIT_SUCCESS : EXIT_FAILURE;
}
