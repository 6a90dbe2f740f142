/* A user's rights in the hands of our service user: a trust at Keystone, made once and reused. */
#include "config.h"

#include "identity/identity.h"
#include "identity/keystone.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "store/queries.h"
#include "store/store.h"

#define SECOND_US INT64_C(1000000)
#define REFUSED_TITLE "Missing required credentials"   /* freezer-v1-v2 2.6 */

/* What makes two trusts the same to us, and how to ask Keystone about it. */
struct wish {
	const char *project_id;
	const char *user_id;
	const char *trustee_id;
	const char *roles;              /* in order, separated by commas */
	const char *url;                /* of Keystone's trusts */
	int64_t start_us, deadline_us;
};

enum trust_mode identity_trust_mode(void)
{
	if (identity_is_standalone())
		return TRUST_NEVER;
	return identity_settings.trusts_always ? TRUST_ALWAYS : TRUST_CENTRAL;
}

/* ---- what is wished for --------------------------------------------------------------------- */

static int role_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *roles_in_order(struct arena *arena, const struct caller *caller)
{
	const char *roles[ROLES_MAX];
	struct text out = { .arena = arena };

	memcpy(roles, caller->roles, sizeof(roles));
	qsort(roles, caller->role_count, sizeof(roles[0]), role_compare);
	for (size_t n = 0; n < caller->role_count; n++)
		text_printf(&out, "%s%s", n == 0 ? "" : ",", roles[n]);
	return out.data;
}

static bool refuse(struct req *rq, const char *why)
{
	return problem_titled(rq, 422, REFUSED_TITLE, "a trust is needed, and %s", why);
}

static bool no_answer(struct req *rq, const struct wish *wish, const char *failure)
{
	keystone_fail(rq, failure, clock_monotonic_us() - wish->start_us);
	return false;
}

static bool wish_make(struct req *rq, const char *project, struct wish *wish)
{
	const struct caller *caller = &rq->caller;
	const char *failure;

	if (caller->role_count == 0 || caller->project_id == NULL)
		return refuse(rq, "you have no role in a project to lend");
	if (keystone_is_resting()) {
		keystone_away(rq);
		return false;
	}
	*wish = (struct wish){ .project_id = project, .user_id = caller->user_id,
			       .roles = roles_in_order(rq->arena, caller),
			       .start_us = clock_monotonic_us() };
	wish->deadline_us = wish->start_us + keystone_settings.request_timeout * SECOND_US;
	const struct keystone_service *service = keystone_service(rq->arena, wish->deadline_us,
								  &failure);
	if (service == NULL)
		return no_answer(rq, wish, failure);
	wish->trustee_id = arena_strdup(rq->arena, service->user_id);
	wish->url = arena_printf(rq->arena, "%s/OS-TRUST/trusts", service->url);
	return true;
}

/* ---- at Keystone ---------------------------------------------------------------------------- */

static bool ask(struct req *rq, const struct wish *wish, struct keystone_call call,
		struct http_answer *answer)
{
	call.token = rq->token;
	call.deadline_us = wish->deadline_us;
	if (!keystone_ask(rq->arena, &call, answer))
		return no_answer(rq, wish, answer->failure);
	if (answer->status >= 500 || answer->status < 200)
		return no_answer(rq, wish, "a question about a trust is answered with an error");
	return true;
}

/* Who gave it may have taken it back at Keystone. */
static bool trust_exists(struct req *rq, const struct wish *wish, const char *trust_id,
			 bool *exists)
{
	struct http_answer answer;
	const struct keystone_call call = {
		.method = "GET", .url = arena_printf(rq->arena, "%s/%s", wish->url, trust_id),
	};

	if (!ask(rq, wish, call, &answer))
		return false;
	*exists = answer.status == 200;
	return *exists || answer.status == 404 || refuse(rq, "Keystone does not show you yours");
}

static struct text trust_body(struct arena *arena, const struct wish *wish,
			      const struct caller *caller)
{
	struct text out = { .arena = arena };

	text_puts(&out, "{\"trust\":{\"impersonation\":true,\"allow_redelegation\":false,"
			"\"trustor_user_id\":");
	text_json_string(&out, wish->user_id);
	text_puts(&out, ",\"trustee_user_id\":");
	text_json_string(&out, wish->trustee_id);
	text_puts(&out, ",\"project_id\":");
	text_json_string(&out, wish->project_id);
	text_puts(&out, ",\"roles\":[");
	for (size_t n = 0; n < caller->role_count; n++) {
		text_puts(&out, n == 0 ? "{\"name\":" : ",{\"name\":");
		text_json_string(&out, caller->roles[n]);
		text_puts(&out, "}");
	}
	text_puts(&out, "]}}");
	return out;
}

static bool trust_make(struct req *rq, const struct wish *wish, const char **trust_id)
{
	struct http_answer answer;
	struct json_object *body;
	struct json_error error;
	const struct keystone_call call = {
		.method = "POST", .url = wish->url,
		.body = trust_body(rq->arena, wish, &rq->caller).data,
	};

	if (!ask(rq, wish, call, &answer))
		return false;
	if (answer.status != 201) {
		log_info("Keystone answers %d to a user who would give a trust", answer.status);
		return refuse(rq, "Keystone does not let you give one");
	}
	if (!json_parse(rq->arena, answer.text, answer.len, &body, &error))
		return no_answer(rq, wish, "the answer about a new trust is not Keystone's");
	*trust_id = json_get_string(json_get(body, "trust"), "id");
	return *trust_id != NULL ||
	       no_answer(rq, wish, "the answer about a new trust is not Keystone's");
}

/* ---- written down --------------------------------------------------------------------------- */

static bool take(struct rows *rows, const char **trust_id)
{
	if (rows != NULL)
		*trust_id = rows_count(rows) > 0 ? rows_text(rows, 0, "trust_id") : NULL;
	return rows != NULL;
}

bool identity_trust(struct req *rq, const char *project, const char **trust_id)
{
	const char *known = NULL, *made = NULL;
	struct wish wish = { 0 };
	bool exists = false;

	if (!wish_make(rq, project, &wish) ||
	    !take(STORE_ASK(rq, &sql_trust_find, project, wish.user_id, wish.trustee_id,
			    wish.roles), &known))
		return false;
	if (known != NULL && !trust_exists(rq, &wish, known, &exists))
		return false;
	if (exists) {
		*trust_id = known;
		return true;
	}
	if (!trust_make(rq, &wish, &made))
		return false;
	if (known != NULL && !take(STORE_ASK(rq, &sql_trust_renew, project, known, made), trust_id))
		return false;
	if (known != NULL && *trust_id != NULL)
		return true;
	return take(STORE_ASK(rq, &sql_trust_keep, project, wish.user_id, wish.trustee_id,
			      wish.roles, made), trust_id);
}
