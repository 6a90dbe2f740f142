/*
 * Keystone is asked about a token once in a while, not by every worker: each remembers what it was
 * told, and PostgreSQL holds it for the others.
 */
#include "config.h"

#include "identity/keystone.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "store/queries.h"
#include "store/store.h"

static const char *number(struct arena *arena, int64_t value)
{
	return arena_printf(arena, "%lld", (long long)value);
}

/* Without PostgreSQL we ask Keystone: what the handler needs of PostgreSQL, it says itself. */
static void store_problem_drop(struct req *rq)
{
	rq->problem = (struct problem){ 0 };
	rq->reply = (struct reply){ 0 };
}

/* The caller that another worker learnt of; *until_us says for how long it may be believed. */
static bool shared_find(struct req *rq, const char *hash, struct caller *caller, int64_t *until_us)
{
	int64_t now = clock_monotonic_us();
	struct json_object *body;
	struct json_error error;
	struct rows *rows = STORE_ASK(rq, &sql_identity_validated_find, hash,
				      number(rq->arena, keystone_settings.cache_time));

	if (rows == NULL)
		store_problem_drop(rq);
	if (rows == NULL || rows_count(rows) == 0)
		return false;
	*until_us = now + rows_int(rows, 0, "microseconds_left");
	return json_parse_stored(rq->arena, rows_text(rows, 0, "said"),
				 rows_length(rows, 0, "said"), &body, &error) &&
	       keystone_token_read(rq->arena, body, caller);
}

static void shared_keep(struct req *rq, const char *hash, const char *said,
			const struct caller *caller, int64_t asked_us)
{
	if (STORE_ASK(rq, &sql_identity_validated_keep, hash, said,
		      number(rq->arena, keystone_settings.cache_time),
		      number(rq->arena, caller->expires_at),
		      number(rq->arena, clock_monotonic_us() - asked_us)) == NULL)
		store_problem_drop(rq);
}

/* It is believed from when Keystone was asked: a token may have been revoked while it answered.
 * An expired token that a service may use was asked about for this request only. */
static void keep(struct req *rq, const char *hash, const char *said, const struct caller *caller,
		 int64_t asked_us)
{
	if (caller->expires_at <= clock_now() || keystone_settings.cache_time <= 0)
		return;
	shared_keep(rq, hash, said, caller, asked_us);
	cache_keep(hash, caller, asked_us + keystone_settings.cache_time * SECOND_US);
}

enum verdict keystone_find(struct req *rq, const char *token, const char *hash, bool allow_expired,
			   struct caller *caller)
{
	const char *said;
	int64_t until_us;

	if (!allow_expired && cache_is_refused(hash))
		return VERDICT_REFUSED;
	if (keystone_settings.cache_time > 0 && shared_find(rq, hash, caller, &until_us)) {
		cache_keep(hash, caller, until_us);
		return VERDICT_COUNTS;
	}
	int64_t asked_us = clock_monotonic_us();
	enum verdict verdict = keystone_validate(rq, token, allow_expired, caller, &said);
	if (verdict == VERDICT_COUNTS)
		keep(rq, hash, said, caller, asked_us);
	else if (verdict == VERDICT_REFUSED && keystone_settings.cache_time > 0)
		cache_refuse(hash);
	return verdict;
}
