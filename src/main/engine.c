/* permafrost-engine: carries out what the Data Protection API accepted; as many as wanted run. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/process.h"
#include "base/settings.h"
#include "base/supervisor.h"
#include "engine/engine.h"
#include "identity/identity.h"
#include "karbor/quota.h"
#include "main/program.h"
#include "provider/provider.h"
#include "recurrence/schedule.h"
#include "route/route.h"
#include "store/store.h"

#define HOST_SIZE 256

static const char usage[] =
	"usage: permafrost-engine [--config FILE]\n"
	"Carries out checkpoints, restores and schedules; SIGTERM ends it, SIGHUP starts it\n"
	"anew.\n";

static volatile sig_atomic_t end_signal;

static void stop(int signal)
{
	end_signal = signal;
	engine_stop();
}

/* What ends us comes only while we wait, so that no piece of work is broken off. Returns the mask
 * to wait with. */
static sigset_t signals_hold(void)
{
	static const int ends[] = { SIGTERM, SIGINT, SIGHUP };
	const struct sigaction action = { .sa_handler = stop };
	sigset_t held, before;

	sigemptyset(&held);
	for (size_t n = 0; n < sizeof(ends) / sizeof(ends[0]); n++)
		sigaddset(&held, ends[n]);
	sigprocmask(SIG_BLOCK, &held, &before);
	for (size_t n = 0; n < sizeof(ends) / sizeof(ends[0]); n++) {
		sigdelset(&before, ends[n]);
		sigaction(ends[n], &action, NULL);
	}
	return before;
}

/* Scheduled operations ask the cloud what belongs to their plans. */
static bool cloud_configure(void)
{
	return identity_configure(&(struct identity_settings){
		.token_lifetime = setting_int(SETTING_TOKEN_LIFETIME),
		.token_cache_time = setting_int(SETTING_TOKEN_CACHE_TIME),
		.public_endpoint = setting_text(SETTING_PUBLIC_ENDPOINT),
		.region = setting_text(SETTING_REGION),
	}) && program_configure_cloud();
}

static bool configure(struct recurrence_limits *limits)
{
	if (!store_configure(setting_text(SETTING_CONNECTION), setting_int(SETTING_CONNECT_TIMEOUT),
			     setting_int(SETTING_STATEMENT_TIMEOUT)))
		return false;
	route_metrics_open(setting_text(SETTING_METRICS_FILE), METRICS_ENGINE);
	store_slow(setting_int(SETTING_SLOW_QUERY));
	store_prepare(setting_bool(SETTING_PREPARED_STATEMENTS) ? PREPARE_ALONE : PREPARE_NONE);
	quota_configure(setting_int(SETTING_QUOTA_PLANS), setting_int(SETTING_QUOTA_CHECKPOINTS));
	return recurrence_limits_load(limits) &&
	       recurrence_zone_use(setting_text(SETTING_SCHEDULE_TIME_ZONE)) && cloud_configure() &&
	       provider_load(setting_text(SETTING_PROVIDER_CONFIG_DIR));
}

/* While PostgreSQL is away nobody knows, and the engine waits for it as it does later on. */
static bool schema_may_fit(void)
{
	int version = migrate_version();

	return version < 0 || migrate_fits(version);
}

int main(int argc, char **argv)
{
	char host[HOST_SIZE] = "";
	struct recurrence_limits limits;
	const sigset_t mask = signals_hold();

	gethostname(host, sizeof(host) - 1);
	process_keep_memory();
	if (!settings_load(program_config_file(argc, argv, usage)) || !configure(&limits) ||
	    !schema_may_fit())
		return EXIT_FAILURE;
	program_warn_of_open_secrets();
	bool ran = engine_run(&(struct engine_settings){
		.poll_interval = setting_int(SETTING_POLL_INTERVAL),
		.work_timeout = setting_int(SETTING_WORK_TIMEOUT),
		.schedule_time_zone = setting_text(SETTING_SCHEDULE_TIME_ZONE),
		.overdue_grace = setting_int(SETTING_OVERDUE_GRACE),
		.client_silence = setting_int(SETTING_CLIENT_SILENCE),
		.history_kept = setting_int(SETTING_HISTORY_KEPT),
		.limits = limits, .host = host, .waiting_mask = mask,
	});
	if (ran && end_signal == SIGHUP)
		process_begin_anew(argv);
	if (!ran || end_signal == SIGHUP)
		return EXIT_FAILURE;
	supervisor_stopping();
	return EXIT_SUCCESS;
}
