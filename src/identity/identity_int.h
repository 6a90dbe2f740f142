/* What the files of the identity room share. */
#ifndef PERMAFROST_IDENTITY_IDENTITY_INT_H
#define PERMAFROST_IDENTITY_IDENTITY_INT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/req.h"
#include "identity/identity.h"

struct text;

#define TOKEN_HASH_SIZE 65    /* SHA-256 in hex */
#define SECOND_US INT64_C(1000000)
#define TOKEN_TEXT_SIZE 48    /* 256 random bits in base64url, and a prefix */

/* What an answerer makes of a token. */
enum verdict {
	VERDICT_NONE,       /* it could not be asked: a problem is set */
	VERDICT_REFUSED,    /* the token does not count */
	VERDICT_COUNTS,
};

/* A token as PostgreSQL knows it; strings live in the request. */
struct token {
	const char *user_id;
	const char *user_name;
	const char *password_hash; /* of the user; what a new token is given out for */
	const char *project_id;    /* NULL: unscoped */
	const char *project_name;
	const char *roles;         /* as assigned, comma-separated; NULL for none */
	const char *methods;       /* comma-separated */
	const char *audit_id;
	const char *issued_at;     /* as Keystone prints times */
	const char *expires_at;
	int64_t expires_epoch;
};

extern struct identity_settings identity_settings;

/* ---- token.c -------------------------------------------------------------------------------- */

/* The name under which PostgreSQL knows a token, so that the token itself never gets there. */
void token_hash(char out[TOKEN_HASH_SIZE], const char *token);

/* False with a problem set when the question failed; *found tells whether the token counts. */
bool token_find(struct req *rq, const char *hash, struct token *token, bool *found);

/* The roles that `assigned` (comma-separated) give, implied ones included, into caller. */
void roles_expand(struct arena *arena, const char *assigned, struct caller *caller);

/* A role's id, the same in every installation. */
const char *role_id(const char *role);

/* ---- cache.c -------------------------------------------------------------------------------- */

/* The caller behind a token checked not long ago; false when it must be asked for. */
bool cache_find(struct arena *arena, const char *hash, struct caller *caller);
/* Believe this until then, on the monotonic clock, but not longer than the token is valid. */
void cache_keep(const char *hash, const struct caller *caller, int64_t until_us);

/* A token that did not count is not asked for again in the next seconds. */
void cache_refuse(const char *hash);
bool cache_is_refused(const char *hash);

void cache_forget(void);

/* ---- standalone.c --------------------------------------------------------------------------- */

/* Is this a token of ours? The caller behind it, from PostgreSQL. */
enum verdict standalone_find(struct req *rq, const char *hash, struct caller *caller);

/* ---- password.c ----------------------------------------------------------------------------- */

/* A hash to keep, in the arena. NULL when the system gave no randomness. */
const char *password_hash(struct arena *arena, const char *password);

/* Does the password belong to the hash? A NULL hash takes as long, and is false. */
bool password_fits(const char *password, const char *hash);

/* ---- catalog.c ------------------------------------------------------------------------------ */

/* Where clients find identity: "http://host:port/identity". */
const char *identity_url(struct req *rq);

/* The JSON list of services and their endpoints, as a project finds them. */
void catalog_add(struct req *rq, struct text *out, const char *project_id);

/* ,"links":{"self":URL,...} as collections of Keystone end. */
void links_add(struct req *rq, struct text *out, const char *path);

#endif
