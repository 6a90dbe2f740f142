/* permafrost-api: one FastCGI worker; as many as wanted run on one socket. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/concurrency.h"
#include "base/log.h"
#include "base/process.h"
#include "base/settings.h"
#include "freezer/freezer.h"
#include "http/http.h"
#include "identity/identity.h"
#include "karbor/karbor.h"
#include "karbor/seal.h"
#include "main/program.h"
#include "policy/policy.h"
#include "provider/provider.h"
#include "recurrence/recurrence.h"
#include "route/route.h"
#include "store/doc.h"
#include "store/store.h"

static const char usage[] =
	"usage: permafrost-api [--config FILE]\n"
	"Answers FastCGI requests on descriptor 0; started by systemd or spawn-fcgi.\n";

/* What the client need not wait for. */
static void afterwards(struct req *rq)
{
	identity_tidy(rq);
	sighting_tell(rq);
}

static bool configure(void)
{
	struct recurrence_limits limits;

	if (!recurrence_limits_load(&limits) ||
	    !store_configure(setting_text(SETTING_CONNECTION), setting_int(SETTING_CONNECT_TIMEOUT),
			     setting_int(SETTING_STATEMENT_TIMEOUT)))
		return false;
	store_slow(setting_int(SETTING_SLOW_QUERY));
	store_prepare(setting_bool(SETTING_PREPARED_STATEMENTS) ? PREPARE_IN_TRANSACTIONS :
								  PREPARE_NONE);
	list_configure(setting_int(SETTING_LIMIT_MAX));
	concurrency_open(setting_text(SETTING_SEARCHES_FILE), setting_int(SETTING_SEARCHES_MAX));
	quota_configure(setting_int(SETTING_QUOTA_PLANS), setting_int(SETTING_QUOTA_CHECKPOINTS));
	trigger_configure(&limits);
	service_configure(setting_int(SETTING_SERVICE_DOWN_TIME));
	healthcheck_configure(setting_text(SETTING_HEALTHCHECK_DISABLE));
	return program_configure_cloud() && identity_configure(&(struct identity_settings){
		.token_lifetime = setting_int(SETTING_TOKEN_LIFETIME),
		.tokens_max = setting_int(SETTING_TOKENS_MAX),
		.token_cache_time = setting_int(SETTING_TOKEN_CACHE_TIME),
		.public_endpoint = setting_text(SETTING_PUBLIC_ENDPOINT),
		.region = setting_text(SETTING_REGION),
		.login_failures_max = setting_int(SETTING_LOGIN_FAILURES_MAX),
		.login_failures_window = setting_int(SETTING_LOGIN_FAILURES_WINDOW),
		.trusts_always = setting_int(SETTING_TRUSTS_ALWAYS) != 0,
	});
}

int main(int argc, char **argv)
{
	process_keep_memory();
	if (!settings_load(program_config_file(argc, argv, usage)) || !configure() ||
	    !seal_configure(setting_text(SETTING_SECRET_KEY_FILES)) ||
	    !policy_load(setting_text(SETTING_POLICY_FILE), setting_text(SETTING_POLICY_DIRS)) ||
	    !provider_load(setting_text(SETTING_PROVIDER_CONFIG_DIR)))
		return EXIT_FAILURE;
	program_warn_of_open_secrets();
	route_metrics_open(setting_text(SETTING_METRICS_FILE), METRICS_API);
	route_prepare();
	enum http_end end = http_serve(dispatch, afterwards, setting_int(SETTING_BODY_MAX));
	store_close();
	if (end == HTTP_RELOAD)
		process_begin_anew(argv);
	return end == HTTP_STOPPED ? EXIT_SUCCESS : EXIT_FAILURE;
}
