/*
 * Tokens that were checked not long ago. Bounded: a token has one place, and whoever comes later
 * takes it. Emptied whenever PostgreSQL tells that a token, user, project or role changed.
 */
#include "config.h"

#include "identity/identity_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"

#define PLACES 1024

struct place {
	char hash[TOKEN_HASH_SIZE];   /* "" when the place is free */
	int64_t until_us;             /* monotonic */
	int64_t expires_epoch;
	char *user_id;
	char *user_name;
	char *project_id;
	char *project_name;
	char *roles;
};

static struct place places[PLACES];

static struct place *place_of(const char *hash)
{
	char head[9];

	memcpy(head, hash, 8);
	head[8] = '\0';
	return &places[strtoul(head, NULL, 16) % PLACES];
}

static void place_free(struct place *place)
{
	free(place->user_id);
	free(place->user_name);
	free(place->project_id);
	free(place->project_name);
	free(place->roles);
	*place = (struct place){ 0 };
}

static char *copy(const char *text)
{
	return text == NULL ? NULL : strdup(text);
}

static const char *lend(struct arena *arena, const char *text)
{
	return text == NULL ? NULL : arena_strdup(arena, text);
}

bool cache_find(struct arena *arena, const char *hash, struct caller *caller)
{
	struct place *place = place_of(hash);

	if (strcmp(place->hash, hash) != 0)
		return false;
	if (place->until_us <= clock_monotonic_us() || place->expires_epoch <= clock_now()) {
		place_free(place);
		return false;
	}
	caller->user_id = lend(arena, place->user_id);
	caller->user_name = lend(arena, place->user_name);
	caller->project_id = lend(arena, place->project_id);
	caller->project_name = lend(arena, place->project_name);
	caller->expires_at = place->expires_epoch;
	roles_expand(arena, place->roles, caller);
	return true;
}

void cache_keep(const char *hash, const struct token *token)
{
	struct place *place = place_of(hash);

	if (identity_settings.token_cache_time == 0)
		return;
	place_free(place);
	memcpy(place->hash, hash, TOKEN_HASH_SIZE);
	place->until_us = clock_monotonic_us() + identity_settings.token_cache_time * 1000000;
	place->expires_epoch = token->expires_epoch;
	place->user_id = copy(token->user_id);
	place->user_name = copy(token->user_name);
	place->project_id = copy(token->project_id);
	place->project_name = copy(token->project_name);
	place->roles = copy(token->roles);
}

void cache_forget(void)
{
	for (size_t n = 0; n < PLACES; n++) {
		if (places[n].hash[0] != '\0')
			place_free(&places[n]);
	}
}
