/* Tokens: random to the client, a hash to PostgreSQL; and the roles they carry. */
#include "config.h"

#include "identity/identity_int.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/text.h"
#include "store/queries.h"
#include "store/store.h"

void token_hash(char out[TOKEN_HASH_SIZE], const char *token)
{
	unsigned char digest[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(digest, (const unsigned char *)token, strlen(token));
	text_hex(out, digest, sizeof(digest));
}

bool token_find(struct req *rq, const char *hash, struct token *token, bool *found)
{
	struct rows *rows = STORE_ASK(rq, &sql_identity_token_find, hash);
	if (rows == NULL)
		return false;
	*found = rows_count(rows) > 0;
	if (!*found)
		return true;
	*token = (struct token){
		.user_id = rows_text(rows, 0, "user_id"),
		.user_name = rows_text(rows, 0, "user_name"),
		.password_hash = rows_text(rows, 0, "password_hash"),
		.project_id = rows_text(rows, 0, "project_id"),
		.project_name = rows_text(rows, 0, "project_name"),
		.roles = rows_text(rows, 0, "roles"),
		.methods = rows_text(rows, 0, "methods"),
		.audit_id = rows_text(rows, 0, "audit_id"),
		.issued_at = rows_text(rows, 0, "issued_at"),
		.expires_at = rows_text(rows, 0, "expires_at"),
		.expires_epoch = rows_int(rows, 0, "expires_epoch"),
	};
	return true;
}

/* ---- roles ---------------------------------------------------------------------------------- */

/* A role, its id, and the role it implies, as in Keystone's secure defaults. */
static const struct role {
	const char *name;
	const char *id;
	const char *implies;
} roles[] = {
	{ "admin", "7b1f9a52c6de4f0bb3a8d1f06c4be901", "member" },
	{ "member", "7b1f9a52c6de4f0bb3a8d1f06c4be902", "reader" },
	{ "reader", "7b1f9a52c6de4f0bb3a8d1f06c4be903", NULL },
	{ "service", "7b1f9a52c6de4f0bb3a8d1f06c4be904", NULL },
};

static const struct role *role_named(const char *name, size_t len)
{
	for (size_t n = 0; n < sizeof(roles) / sizeof(roles[0]); n++) {
		if (strlen(roles[n].name) == len && strncmp(roles[n].name, name, len) == 0)
			return &roles[n];
	}
	return NULL;
}

bool account_role_known(const char *role)
{
	return role_named(role, strlen(role)) != NULL;
}

const char *role_id(const char *role)
{
	const struct role *known = role_named(role, strlen(role));
	return known == NULL ? role : known->id;
}

static void role_add(struct caller *caller, const char *name)
{
	if (caller->role_count < ROLES_MAX && !req_has_role(caller, name))
		caller->roles[caller->role_count++] = name;
}

void roles_expand(struct arena *arena, const char *assigned, struct caller *caller)
{
	while (assigned != NULL && assigned[0] != '\0') {
		size_t len = strcspn(assigned, ",");
		const struct role *role = role_named(assigned, len);
		if (role == NULL)
			role_add(caller, arena_strndup(arena, assigned, len));
		for (; role != NULL; role = role->implies == NULL ? NULL :
		     role_named(role->implies, strlen(role->implies)))
			role_add(caller, role->name);
		assigned += len + strspn(assigned + len, ",");
	}
}
