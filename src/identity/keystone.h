/* The answerer for clouds: tokens of a Keystone, validated with the token of a service user. */
#ifndef PERMAFROST_IDENTITY_KEYSTONE_H
#define PERMAFROST_IDENTITY_KEYSTONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/req.h"
#include "cloud/http.h"
#include "identity/identity_int.h"

struct json_object;

/* [keystone_authtoken]; "" where an option is not set. Strings must outlive the room. */
struct keystone_settings {
	const char *auth_url;
	const char *public_uri;         /* www_authenticate_uri, or auth_url */
	const char *username, *user_id, *password;
	const char *user_domain_name, *user_domain_id;
	const char *project_name, *project_id;
	const char *project_domain_name, *project_domain_id;
	const char *region, *interface; /* both "": auth_url itself is asked */
	const char *service_roles;      /* separated by commas */
	bool service_roles_required;
	int64_t cache_time;             /* seconds; 0 or less: none */
	int64_t request_timeout;        /* seconds */
	int64_t retries;
	struct http_settings http;
};

extern struct keystone_settings keystone_settings;

/* ---- keystone_settings.c -------------------------------------------------------------------- */

/* Fill in from the settings in force. False, with each reason logged, when they are half-set. */
bool keystone_settings_read(struct keystone_settings *settings);

/* ---- keystone.c ----------------------------------------------------------------------------- */

bool keystone_configure(const struct keystone_settings *settings);

/*
 * The caller behind a token, from Keystone itself, and the JSON text in which it said so. With
 * allow_expired also one that ended not too long ago. VERDICT_NONE is a 503 with Retry-After.
 */
enum verdict keystone_validate(struct req *rq, const char *token, bool allow_expired,
			       struct caller *caller, const char **said);

/* Of the caller of X-Service-Token: is this a service? */
bool keystone_is_service(const struct caller *caller);

/* That we enforce access rules: without it Keystone validates no token that has some. */
#define ACCESS_RULES_HEADER "OpenStack-Identity-Access-Rules"
#define ACCESS_RULES_VERSION "1.0"

/* A question to Keystone and how long it may take. */
struct keystone_call {
	const char *method;
	const char *url;
	const char *token;              /* X-Auth-Token; NULL for none */
	const char *subject_token;      /* X-Subject-Token; NULL for none */
	const char *body;               /* JSON; NULL for none */
	int64_t deadline_us;            /* on the monotonic clock */
};

/* In answer->headers: the X-Subject-Token of an answer. */
#define KEYSTONE_SUBJECT_TOKEN 0
/* Keystone's time, as HTTP writes it. */
#define KEYSTONE_DATE 1

/*
 * Ask Keystone, again as often as http_request_max_retries says when it gave no answer or a 5xx.
 * False with answer->failure set when there was none to the last.
 */
bool keystone_ask(struct arena *arena, const struct keystone_call *call,
		  struct http_answer *answer);

/* Keystone was of no use a moment ago: is it left alone still? */
bool keystone_is_resting(void);

/* Refuse with 503 and Retry-After; VERDICT_NONE. The second one also says why Keystone was of no
 * use, after how long, and leaves it alone from now on. */
enum verdict keystone_away(struct req *rq);
enum verdict keystone_fail(struct req *rq, const char *reason, int64_t took_us);

/* ---- keystone_cache.c ----------------------------------------------------------------------- */

/* keystone_validate(), unless another worker did so not long ago. */
enum verdict keystone_find(struct req *rq, const char *token, const char *hash, bool allow_expired,
			   struct caller *caller);

/* ---- keystone_login.c ----------------------------------------------------------------------- */

/* Of the service user; strings live until keystone_service_forget(). */
struct keystone_service {
	char *token;                    /* NULL: not logged in */
	char *user_id;
	char *url;                      /* of the Keystone to ask, with "/v3" at its end */
	int64_t renew_at;               /* epoch seconds */
	int64_t expires_at;
};

/*
 * The service user with a token that will do for a while: the one there is, else a new one.
 * NULL with *failure set to a reason for the log.
 */
const struct keystone_service *keystone_service(struct arena *arena, int64_t deadline_us,
						const char **failure);

/* A Keystone's URL with "/v3" at its end, in the arena. */
const char *keystone_v3_url(struct arena *arena, const char *url);

/* Keystone no longer takes the token. */
void keystone_service_forget(void);

/* Ask for a token with which the service user acts for who gave a trust: 201, and the token is in
 * answer->headers[KEYSTONE_SUBJECT_TOKEN]. False with answer->failure set without an answer. */
bool keystone_trust_login(struct arena *arena, const struct keystone_service *service,
			  const char *trust_id, int64_t deadline_us, struct http_answer *answer);

/* ---- keystone_token.c ----------------------------------------------------------------------- */

/* What Keystone says of a token becomes a caller. False when that makes no sense. */
bool keystone_token_read(struct arena *arena, struct json_object *body, struct caller *caller);

/* A time as Keystone writes it, "2026-11-21T04:19:59.000000Z", in epoch seconds. */
bool keystone_time_read(const char *text, int64_t *epoch);

#endif
