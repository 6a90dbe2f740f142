/* Who is behind this token, by Keystone; one that does not answer is left alone for a while. */
#include "config.h"

#include "identity/keystone.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"

#define RETRY_PAUSE_US 50000           /* before the first retry; doubles */
#define REST_FIRST_US SECOND_US        /* Keystone left alone after a failure; doubles */
#define REST_MAX_US (8 * SECOND_US)
#define REST_FACTOR 2                  /* but so much longer than the failure took */
#define TOKEN_LENGTH_MAX 8192          /* nginx lets no longer header through than 16k */

struct keystone_settings keystone_settings;

static struct http_client *client;

/* After a failure nobody is made to wait for the next one: until then the answer is 503 at once. */
static struct {
	int64_t length_us;      /* 0: the last question was answered */
	int64_t until_us;       /* monotonic */
} rest;

bool keystone_configure(const struct keystone_settings *settings)
{
	keystone_settings = *settings;
	keystone_service_forget();
	rest.length_us = rest.until_us = 0;
	http_client_free(client);
	client = http_client_new(&settings->http);
	return client != NULL;
}

/* ---- asking --------------------------------------------------------------------------------- */

bool keystone_ask(struct arena *arena, const struct keystone_call *call,
		  struct http_answer *answer)
{
	struct http_request request = {
		.method = call->method, .url = call->url, .body = call->body,
		.headers = {
			{ "X-Auth-Token", call->token },
			{ "X-Subject-Token", call->subject_token },
			{ "Accept", "application/json" },
			{ ACCESS_RULES_HEADER, ACCESS_RULES_VERSION },
		},
		.wanted = { [KEYSTONE_SUBJECT_TOKEN] = "X-Subject-Token",
			    [KEYSTONE_DATE] = "Date" },
	};
	int64_t pause = RETRY_PAUSE_US;

	for (int64_t tries = 0; ; tries++, pause *= 2) {
		int64_t left = call->deadline_us - clock_monotonic_us();
		request.timeout_ms = left / 1000;
		bool answered = http_ask(client, arena, &request, answer);
		if (answered && answer->status < 500)
			return true;
		left = call->deadline_us - clock_monotonic_us();
		if (tries >= keystone_settings.retries || left <= pause)
			return answered;
		usleep((useconds_t)pause);
	}
}

/* ---- not answering -------------------------------------------------------------------------- */

enum verdict keystone_away(struct req *rq)
{
	int64_t left = rest.until_us - clock_monotonic_us();

	rq->reply.retry_after = left <= SECOND_US ? 1 : (int)((left + SECOND_US - 1) / SECOND_US);
	problem(rq, 503, "the identity service is not available at the moment");
	return VERDICT_NONE;
}

/* The next question waits: a little after a quick failure, and after a slow one so long that no
 * worker spends more than a third of its time on a Keystone that hangs. */
enum verdict keystone_fail(struct req *rq, const char *reason, int64_t took_us)
{
	int64_t length = rest.length_us == 0 ? REST_FIRST_US : rest.length_us * 2;

	if (length > REST_MAX_US)
		length = REST_MAX_US;
	if (length < REST_FACTOR * took_us)
		length = REST_FACTOR * took_us;
	rest.length_us = length;
	rest.until_us = clock_monotonic_us() + length;
	log_error("%s is of no use: %s; it is asked again in %lld s",
		  keystone_settings.auth_url, reason,
		  (long long)((length + SECOND_US - 1) / SECOND_US));
	return keystone_away(rq);
}

/* What Keystone said makes no sense for this token; others may fare better. */
static enum verdict baffled(struct req *rq, const char *reason)
{
	log_warning("a token can't be validated at %s: %s", keystone_settings.auth_url, reason);
	return keystone_away(rq);
}

bool keystone_is_resting(void)
{
	return rest.length_us > 0 && clock_monotonic_us() < rest.until_us;
}

/* ---- validating ----------------------------------------------------------------------------- */

/* What can stand in a header, and no other: whatever else is no token of Keystone's. */
static bool is_token(const char *token)
{
	size_t len = strnlen(token, TOKEN_LENGTH_MAX + 1);

	if (len == 0 || len > TOKEN_LENGTH_MAX)
		return false;
	for (size_t n = 0; n < len; n++) {
		if (token[n] <= ' ' || token[n] > '~')
			return false;
	}
	return true;
}

static const char *token_url(struct arena *arena, const struct keystone_service *service,
			     bool allow_expired)
{
	return arena_printf(arena, "%s/auth/tokens?nocatalog%s", service->url,
			    allow_expired ? "&allow_expired=1" : "");
}

/* Keystone's answer about the token. False with *failure set when there was none. */
static bool subject_ask(struct arena *arena, const char *token, bool allow_expired,
			struct http_answer *answer, const char **failure)
{
	int64_t deadline = clock_monotonic_us() + keystone_settings.request_timeout * SECOND_US;

	for (int tries = 0; tries < 2; tries++) {
		const struct keystone_service *service = keystone_service(arena, deadline, failure);
		if (service == NULL)
			return false;
		bool answered = keystone_ask(arena, &(struct keystone_call){
			.method = "GET", .url = token_url(arena, service, allow_expired),
			.token = service->token, .subject_token = token, .deadline_us = deadline,
		}, answer);
		*failure = answer->failure;
		if (!answered)
			return false;
		if (answer->status != 401)
			return true;
		keystone_service_forget();   /* revoked, or Keystone's keys are new */
	}
	return true;
}

static bool caller_read(struct arena *arena, const struct http_answer *answer,
			struct caller *caller)
{
	struct json_object *body;
	struct json_error error;

	return json_parse(arena, answer->text, answer->len, &body, &error) &&
	       keystone_token_read(arena, body, caller);
}

static enum verdict verdict_of(struct req *rq, const struct http_answer *answer,
			       bool allow_expired, struct caller *caller)
{
	if (answer->status == 200) {
		if (!caller_read(rq->arena, answer, caller))
			return baffled(rq, "the answer about it is not Keystone's");
		bool counts = allow_expired || caller->expires_at > clock_now();
		return counts ? VERDICT_COUNTS : VERDICT_REFUSED;
	}
	/* 404 as a rule, 400 and others for what does not even look like a token */
	if (answer->status >= 400 && answer->status < 500 && answer->status != 429)
		return VERDICT_REFUSED;
	return baffled(rq, arena_printf(rq->arena, "it is answered %d", answer->status));
}

enum verdict keystone_validate(struct req *rq, const char *token, bool allow_expired,
			       struct caller *caller, const char **said)
{
	int64_t start = clock_monotonic_us();
	struct http_answer answer;
	const char *failure;

	if (!is_token(token))
		return VERDICT_REFUSED;
	if (keystone_is_resting())
		return keystone_away(rq);
	if (!subject_ask(rq->arena, token, allow_expired, &answer, &failure))
		return keystone_fail(rq, failure, clock_monotonic_us() - start);
	if (answer.status == 401 || answer.status == 403)
		return keystone_fail(rq, "the service user may not validate tokens: it needs the "
				     "role service or admin in its project",
				     clock_monotonic_us() - start);
	rest.length_us = 0;
	*said = answer.text;
	return verdict_of(rq, &answer, allow_expired, caller);
}

bool keystone_is_service(const struct caller *caller)
{
	for (const char *role = keystone_settings.service_roles; *role != '\0'; ) {
		role += strspn(role, ", ");
		size_t len = strcspn(role, ", ");
		for (size_t n = 0; len > 0 && n < caller->role_count; n++) {
			const char *has = caller->roles[n];
			if (strlen(has) == len && strncasecmp(has, role, len) == 0)
				return true;
		}
		role += len;
	}
	return false;
}
