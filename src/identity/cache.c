/*
 * Tokens that were checked not long ago. Bounded: a token has a set of places, and takes that of
 * the one that ends first. Tokens that did not count have places of their own, so that no flood of
 * them drives out those that do.
 */
#include "config.h"

#include "identity/identity_int.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"

#define SETS 1024
#define WAYS 4
#define REFUSED_PLACES 1024
#define REFUSED_SECONDS 5

struct place {
	char hash[TOKEN_HASH_SIZE];   /* "" when the place is free */
	bool is_domain_scoped, is_system_scoped, is_admin_project;
	int64_t until_us;             /* monotonic */
	int64_t expires_at;
	char *texts;                  /* those of caller_texts and the roles, one after the other */
	size_t texts_len;
};

struct refusal {
	char hash[TOKEN_HASH_SIZE];
	int64_t until_us;
};

static struct place places[SETS][WAYS];
static struct refusal refusals[REFUSED_PLACES];

/* What a token says of its caller as text, the roles aside. */
static const size_t caller_texts[] = {
	offsetof(struct caller, user_id), offsetof(struct caller, user_name),
	offsetof(struct caller, user_domain_id), offsetof(struct caller, project_id),
	offsetof(struct caller, project_name), offsetof(struct caller, project_domain_id),
	offsetof(struct caller, domain_id), offsetof(struct caller, domain_name),
	offsetof(struct caller, system_scope), offsetof(struct caller, trust_id),
	offsetof(struct caller, trustor_user_id), offsetof(struct caller, trustee_user_id),
	offsetof(struct caller, access_rules),
};

#define TEXT_COUNT (sizeof(caller_texts) / sizeof(caller_texts[0]))

/* ---- a caller as one piece of memory -------------------------------------------------------- */

/* A text is kept behind '+', and NULL as '-', each with a NUL at its end. */
static size_t text_pack(char *out, const char *text)
{
	size_t len = text == NULL ? 0 : strlen(text);

	if (out != NULL) {
		out[0] = text == NULL ? '-' : '+';
		memcpy(out + 1, text == NULL ? "" : text, len + 1);
	}
	return len + 2;
}

static const char *text_unpack(const char **rest)
{
	const char *text = (*rest)[0] == '+' ? *rest + 1 : NULL;

	*rest += strlen(*rest) + 1;
	return text;
}

/* The bytes it takes; `out` may be NULL, to learn how many. */
static size_t caller_pack(char *out, const struct caller *caller)
{
	const char *start = (const char *)caller;
	size_t len = 0;

	for (size_t n = 0; n < TEXT_COUNT + caller->role_count; n++) {
		const char *text = n >= TEXT_COUNT ? caller->roles[n - TEXT_COUNT] :
			*(const char *const *)(const void *)(start + caller_texts[n]);
		len += text_pack(out == NULL ? NULL : out + len, text);
	}
	return len;
}

/* The texts become the arena's own: the place may be taken before the request ends. */
static void caller_unpack(struct arena *arena, const struct place *place, struct caller *caller)
{
	char *copy = arena_alloc(arena, place->texts_len);
	const char *rest = memcpy(copy, place->texts, place->texts_len);

	for (size_t n = 0; n < TEXT_COUNT; n++)
		*(const char **)(void *)((char *)caller + caller_texts[n]) = text_unpack(&rest);
	caller->role_count = 0;
	while (rest < copy + place->texts_len)
		caller->roles[caller->role_count++] = text_unpack(&rest);
	caller->expires_at = place->expires_at;
	caller->is_domain_scoped = place->is_domain_scoped;
	caller->is_system_scoped = place->is_system_scoped;
	caller->is_admin_project = place->is_admin_project;
}

/* ---- tokens that count ---------------------------------------------------------------------- */

/* A number that the first digits of a hash give. */
static size_t hash_head(const char *hash)
{
	char head[9];

	memcpy(head, hash, 8);
	head[8] = '\0';
	return strtoul(head, NULL, 16);
}

static struct place *set_of(const char *hash)
{
	return places[hash_head(hash) % SETS];
}

static void place_free(struct place *place)
{
	free(place->texts);
	*place = (struct place){ 0 };
}

bool cache_find(struct arena *arena, const char *hash, struct caller *caller)
{
	struct place *set = set_of(hash);

	for (size_t n = 0; n < WAYS; n++) {
		struct place *place = &set[n];
		if (strcmp(place->hash, hash) != 0)
			continue;
		if (place->until_us <= clock_monotonic_us() || place->expires_at <= clock_now()) {
			place_free(place);
			return false;
		}
		caller_unpack(arena, place, caller);
		return true;
	}
	return false;
}

/* The place of this token, else a free one, else that of the token that ends first. */
static struct place *place_take(const char *hash)
{
	struct place *set = set_of(hash), *best = &set[0];

	for (size_t n = 0; n < WAYS; n++) {
		if (strcmp(set[n].hash, hash) == 0)
			return &set[n];
		if (set[n].until_us < best->until_us)
			best = &set[n];
	}
	return best;
}

void cache_keep(const char *hash, const struct caller *caller, int64_t until_us)
{
	size_t len = caller_pack(NULL, caller);

	assert(len > 0);
	char *texts = until_us <= clock_monotonic_us() ? NULL : malloc(len);

	if (texts == NULL)
		return;
	caller_pack(texts, caller);
	struct place *place = place_take(hash);
	place_free(place);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"   /* place_free() was there */
	*place = (struct place){
		.is_domain_scoped = caller->is_domain_scoped,
		.is_system_scoped = caller->is_system_scoped,
		.is_admin_project = caller->is_admin_project,
		.until_us = until_us, .expires_at = caller->expires_at,
		.texts = texts, .texts_len = len,
	};
#pragma GCC diagnostic pop
	memcpy(place->hash, hash, TOKEN_HASH_SIZE);
}

/* ---- tokens that do not --------------------------------------------------------------------- */

void cache_refuse(const char *hash)
{
	struct refusal *refusal = &refusals[hash_head(hash) % REFUSED_PLACES];

	memcpy(refusal->hash, hash, TOKEN_HASH_SIZE);
	refusal->until_us = clock_monotonic_us() + REFUSED_SECONDS * SECOND_US;
}

bool cache_is_refused(const char *hash)
{
	const struct refusal *refusal = &refusals[hash_head(hash) % REFUSED_PLACES];

	return strcmp(refusal->hash, hash) == 0 && clock_monotonic_us() < refusal->until_us;
}

void cache_forget(void)
{
	for (size_t n = 0; n < SETS; n++) {
		for (size_t way = 0; way < WAYS; way++) {
			if (places[n][way].texts != NULL)
				place_free(&places[n][way]);
		}
	}
	memset(refusals, 0, sizeof(refusals));
}
