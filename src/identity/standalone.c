/* The answerer for installations without a cloud: tokens of our own, kept in PostgreSQL. */
#include "config.h"

#include "identity/identity_int.h"

#include "base/clock.h"
#include "store/store.h"

#define STANDALONE_DOMAIN "default"

enum verdict standalone_find(struct req *rq, const char *hash, struct caller *caller)
{
	struct token token;
	bool found;

	if (!token_find(rq, hash, &token, &found))
		return VERDICT_NONE;
	if (!found)
		return VERDICT_REFUSED;
	caller->user_id = token.user_id;
	caller->user_name = token.user_name;
	caller->project_id = token.project_id;
	caller->project_name = token.project_name;
	caller->expires_at = token.expires_epoch;
	caller->user_domain_id = STANDALONE_DOMAIN;
	caller->project_domain_id = token.project_id == NULL ? NULL : STANDALONE_DOMAIN;
	caller->is_admin_project = true;   /* as where no project is named so */
	roles_expand(rq->arena, token.roles, caller);
	cache_keep(hash, caller, clock_monotonic_us() +
		   identity_settings.token_cache_time * SECOND_US);
	return VERDICT_COUNTS;
}
