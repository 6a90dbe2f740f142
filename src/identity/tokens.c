/* /v3/auth/tokens: give out, show and revoke tokens, in the shape of Keystone v3. */
#include "config.h"

#include "identity/identity_int.h"

#include <sodium.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "identity/login.h"
#include "store/queries.h"
#include "store/store.h"

#define TOKEN_PREFIX "pf"
#define TOKEN_BYTES 32
#define AUDIT_BYTES 16

/* ---- what a token says ---------------------------------------------------------------------- */

static const char domain[] = "{\"id\":\"default\",\"name\":\"Default\"}";

static void methods_add(struct text *out, struct arena *arena, const char *methods)
{
	text_puts(out, "[");
	for (bool first = true; methods[0] != '\0'; first = false) {
		size_t len = strcspn(methods, ",");
		text_puts(out, first ? "" : ",");
		text_json_string(out, arena_strndup(arena, methods, len));
		methods += len + strspn(methods + len, ",");
	}
	text_puts(out, "]");
}

static void scope_add(struct text *out, struct arena *arena, const struct token *token)
{
	struct caller caller = { 0 };

	if (token->project_id == NULL)
		return;
	text_printf(out, ",\"is_domain\":false,\"project\":{\"domain\":%s,\"id\":", domain);
	text_json_string(out, token->project_id);
	text_puts(out, ",\"name\":");
	text_json_string(out, token->project_name);
	text_puts(out, "},\"roles\":[");
	roles_expand(arena, token->roles, &caller);
	for (size_t n = 0; n < caller.role_count; n++) {
		text_printf(out, "%s{\"id\":\"%s\",\"name\":", n == 0 ? "" : ",",
			    role_id(caller.roles[n]));
		text_json_string(out, caller.roles[n]);
		text_puts(out, "}");
	}
	text_puts(out, "]");
}

static const char *token_json(struct req *rq, const struct token *token)
{
	struct text out = { .arena = rq->arena };

	text_puts(&out, "{\"token\":{\"methods\":");
	methods_add(&out, rq->arena, token->methods);
	text_printf(&out, ",\"user\":{\"domain\":%s,\"id\":", domain);
	text_json_string(&out, token->user_id);
	text_puts(&out, ",\"name\":");
	text_json_string(&out, token->user_name);
	text_printf(&out, ",\"password_expires_at\":null},\"audit_ids\":[\"%s\"],"
		    "\"expires_at\":\"%s\",\"issued_at\":\"%s\"", token->audit_id,
		    token->expires_at, token->issued_at);
	scope_add(&out, rq->arena, token);
	if (token->project_id != NULL && req_parameter(rq, "nocatalog") == NULL) {
		text_puts(&out, ",\"catalog\":");
		catalog_add(rq, &out, token->project_id);
	}
	text_puts(&out, "}}");
	return out.data;
}

/* ---- give out ------------------------------------------------------------------------------- */

static void random_text(char *out, size_t size, size_t bytes)
{
	unsigned char random[TOKEN_BYTES];

	randombytes_buf(random, bytes);
	sodium_bin2base64(out, size, random, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(random, sizeof(random));
}

/* False with a problem set, also when the login no longer is what was checked. */
static bool token_keep(struct req *rq, const struct login *login, const char *hash)
{
	char audit_id[TOKEN_TEXT_SIZE];
	const char *lifetime = arena_printf(rq->arena, "%lld",
					    (long long)identity_settings.token_lifetime);
	const char *not_after = login->not_after == 0 ? NULL :
				arena_printf(rq->arena, "%lld", (long long)login->not_after);

	random_text(audit_id, sizeof(audit_id), AUDIT_BYTES);
	struct rows *rows = STORE_ASK(rq, &sql_identity_token_add, hash, login->user_id,
				      login->project_id, login->methods, audit_id, lifetime,
				      not_after, login->password_hash,
				      arena_printf(rq->arena, "%lld",
						   (long long)identity_settings.tokens_max));
	if (rows == NULL)
		return false;
	return rows_touched(rows) > 0 || login_refuse(rq);
}

static bool token_create(struct req *rq)
{
	char *text = arena_alloc(rq->arena, TOKEN_TEXT_SIZE);
	char hash[TOKEN_HASH_SIZE];
	struct login login;
	struct token token;
	bool found;

	if (!login_read(rq, &login))
		return false;
	char *secret = stpcpy(text, TOKEN_PREFIX);
	random_text(secret, TOKEN_TEXT_SIZE - (size_t)(secret - text), TOKEN_BYTES);
	token_hash(hash, text);
	if (!token_keep(rq, &login, hash) || !token_find(rq, hash, &token, &found))
		return false;
	if (!found)
		return login_refuse(rq);
	rq->reply.subject_token = text;
	return reply_json(rq, 201, token_json(rq, &token));
}

/* ---- show and revoke ------------------------------------------------------------------------ */

static bool subject_missing(struct req *rq)
{
	return problem(rq, 404, "the token in X-Subject-Token does not count");
}

/* The token that the request is about. False with a problem set when there is none. */
static bool subject_find(struct req *rq, char hash[TOKEN_HASH_SIZE], struct token *token)
{
	bool found;

	if (rq->subject_token == NULL)
		return problem(rq, 400, "X-Subject-Token is missing");
	token_hash(hash, rq->subject_token);
	if (!token_find(rq, hash, token, &found))
		return false;
	return found || subject_missing(rq);
}

/* Tokens of a user are that user's own; admins may do with any what these may. */
static bool is_own(const struct req *rq, const struct token *token)
{
	return strcmp(token->user_id, rq->caller.user_id) == 0 ||
	       req_has_role(&rq->caller, "admin");
}

static bool token_show(struct req *rq)
{
	char hash[TOKEN_HASH_SIZE];
	struct token token;

	if (!subject_find(rq, hash, &token))
		return false;
	if (!is_own(rq, &token) && !req_has_role(&rq->caller, "service"))
		return problem(rq, 403, "the token of another user is not yours to see");
	rq->reply.subject_token = rq->subject_token;
	return reply_json(rq, 200, token_json(rq, &token));
}

static bool token_delete(struct req *rq)
{
	char hash[TOKEN_HASH_SIZE];
	struct token token;

	if (!subject_find(rq, hash, &token))
		return false;
	if (!is_own(rq, &token))
		return problem(rq, 403, "the token of another user is not yours to revoke");
	struct rows *rows = STORE_ASK(rq, &sql_identity_token_delete, hash);
	if (rows == NULL)
		return false;
	cache_forget();
	if (rows_touched(rows) == 0)
		return subject_missing(rq);
	return reply_empty(rq, 204);
}

/* Each statement of a login stands for itself: a wrong password must be remembered although the
 * request is refused. */
static const struct route token_routes[] = {
	{ METHOD_POST, "/auth/tokens", RULE_PUBLIC, token_create, &login_shape, SINGLE_STATEMENT,
	  201 },
	{ METHOD_GET, "/auth/tokens", RULE_AUTHENTICATED, token_show, NULL, 0, 200 },
	{ METHOD_HEAD, "/auth/tokens", RULE_AUTHENTICATED, token_show, NULL, 0, 200 },
	{ METHOD_DELETE, "/auth/tokens", RULE_AUTHENTICATED, token_delete, NULL, SINGLE_STATEMENT,
	  204 },
	{ 0 }
};

const struct resource identity_token = { .name = "tokens", .routes = token_routes };
