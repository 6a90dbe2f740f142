/* Who is behind this token: from what was checked not long ago, else from PostgreSQL. */
#include "config.h"

#include "identity/identity.h"
#include "identity/identity_int.h"

#include <sodium.h>

#include "base/arena.h"
#include "base/log.h"
#include "store/queries.h"
#include "store/store.h"

struct identity_settings identity_settings;

bool identity_configure(const struct identity_settings *settings)
{
	identity_settings = *settings;
	if (sodium_init() < 0) {
		log_error("libsodium can't be used on this machine");
		return false;
	}
	return store_listen(&sql_identity_listen);
}

static bool refuse(struct req *rq)
{
	rq->reply.authenticate = arena_printf(rq->arena, "Keystone uri=\"%s/v3\"",
					      identity_url(rq));
	return problem(rq, 401, "a valid token is needed in X-Auth-Token");
}

bool identity_ask(struct req *rq)
{
	struct token token;
	char hash[TOKEN_HASH_SIZE];
	bool found;

	if (rq->token == NULL)
		return refuse(rq);
	token_hash(hash, rq->token);
	if (store_notified())
		cache_forget();
	rq->caller = (struct caller){ .token_hash = arena_strdup(rq->arena, hash) };
	if (cache_find(rq->arena, hash, &rq->caller))
		return true;
	if (!token_find(rq, hash, &token, &found))
		return false;
	if (!found)
		return refuse(rq);
	cache_keep(hash, &token);
	rq->caller.user_id = token.user_id;
	rq->caller.user_name = token.user_name;
	rq->caller.project_id = token.project_id;
	rq->caller.project_name = token.project_name;
	rq->caller.expires_at = token.expires_epoch;
	roles_expand(rq->arena, token.roles, &rq->caller);
	return true;
}
