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
#include "identity/identity.h"
#include "karbor/quota.h"
#include "protectable/protectable.h"
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

/* An engine that runs while its schema changes would write what the new one does not know. */
static bool schema_fits(void)
{
	int version = migrate_version();

	if (version == schema_version)
		return true;
	if (version < 0)
		log_error("the database can't be asked\n"
			  "hint: see [database] connection in \"permafrost-manage config show\"");
	else
		log_error("the database schema is at version %d, this program needs %d\n"
			  "hint: run permafrost-manage db migrate", version, schema_version);
	return false;
}

/* Scheduled operations ask the cloud what belongs to their plans. */
static bool cloud_configure(void)
{
	return identity_configure(&(struct identity_settings){
		.token_lifetime = setting_int(SETTING_TOKEN_LIFETIME),
		.token_cache_time = setting_int(SETTING_TOKEN_CACHE_TIME),
		.public_endpoint = setting_text(SETTING_PUBLIC_ENDPOINT),
		.region = setting_text(SETTING_REGION),
	}) && protectable_configure(&(struct cloud_settings){
		.region = setting_text(SETTING_CLOUD_REGION),
		.interface = setting_text(SETTING_CLOUD_INTERFACE),
		.request_timeout = setting_int(SETTING_CLOUD_TIMEOUT),
		.cafile = setting_text(SETTING_CLOUD_CAFILE),
		.insecure = setting_bool(SETTING_CLOUD_INSECURE),
	});
}

static bool configure(struct recurrence_limits *limits)
{
	if (!store_configure(setting_text(SETTING_CONNECTION), setting_int(SETTING_CONNECT_TIMEOUT),
			     setting_int(SETTING_STATEMENT_TIMEOUT)))
		return false;
	quota_configure(setting_int(SETTING_QUOTA_PLANS), setting_int(SETTING_QUOTA_CHECKPOINTS));
	return recurrence_limits_load(limits) && cloud_configure() &&
	       provider_load(setting_text(SETTING_PROVIDER_CONFIG_DIR));
}

int main(int argc, char **argv)
{
	char host[HOST_SIZE] = "";
	struct recurrence_limits limits;
	const sigset_t mask = signals_hold();

	gethostname(host, sizeof(host) - 1);
	process_keep_memory();
	if (!settings_load(config_file(argc, argv)) || !configure(&limits) || !schema_fits())
		return EXIT_FAILURE;
	return engine_run(&(struct engine_settings){
		.poll_interval = setting_int(SETTING_POLL_INTERVAL),
		.work_timeout = setting_int(SETTING_WORK_TIMEOUT),
		.limits = limits, .host = host, .waiting_mask = mask,
	}) ? EXIT_SUCCESS : EXIT_FAILURE;
}
