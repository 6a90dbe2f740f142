/* Keystone tried out as a worker would use it, for an operator who looks for what is wrong. */
#include "config.h"

#include "identity/keystone.h"

#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"

/* A time as HTTP writes it, "Sat, 21 Nov 2026 16:00:00 GMT", in epoch seconds. */
static bool http_time_read(const char *text, int64_t *epoch)
{
	struct tm parts = { 0 };
	const char *end = text == NULL ? NULL : strptime(text, "%a, %d %b %Y %T GMT", &parts);

	if (end == NULL || *end != '\0')
		return false;
	*epoch = (int64_t)timegm(&parts);
	return true;
}

static void clock_read(const struct http_answer *answer, struct keystone_report *report)
{
	int64_t theirs;

	report->has_clock = http_time_read(answer->headers[KEYSTONE_DATE], &theirs);
	if (report->has_clock)
		report->clock_apart = theirs - clock_now();
}

/* The service user's token, validated by itself: anybody may do that. */
static void service_look(struct arena *arena, const struct keystone_service *service,
			 int64_t deadline_us, struct keystone_report *report)
{
	struct caller caller = { 0 };
	struct http_answer answer;
	struct json_object *body;
	struct json_error error;

	if (!keystone_ask(arena, &(struct keystone_call){
		.method = "GET", .token = service->token, .subject_token = service->token,
		.url = arena_printf(arena, "%s/auth/tokens?nocatalog", service->url),
		.deadline_us = deadline_us }, &answer)) {
		report->failure = answer.failure;
		return;
	}
	clock_read(&answer, report);
	if (answer.status != 200 || !json_parse(arena, answer.text, answer.len, &body, &error) ||
	    !keystone_token_read(arena, body, &caller))
		report->failure = arena_printf(arena, "the service user's own token is answered %d",
					       answer.status);
	report->may_validate = req_has_role(&caller, "service") || req_has_role(&caller, "admin");
}

void identity_try(struct arena *arena, struct keystone_report *report)
{
	struct keystone_settings settings;
	int64_t deadline;

	*report = (struct keystone_report){ .failure = "[keystone_authtoken] is not whole" };
	if (!keystone_settings_read(&settings) || !keystone_configure(&settings))
		return;
	report->failure = NULL;
	deadline = clock_monotonic_us() + settings.request_timeout * SECOND_US;
	const struct keystone_service *service = keystone_service(arena, deadline,
								  &report->failure);
	if (service != NULL)
		service_look(arena, service, deadline, report);
}
