/*
 * Secrets at rest: sealed before the database gets them, with a key that the database never sees.
 * XChaCha20-Poly1305 with a random nonce; the place where a secret is kept is authenticated with
 * it, so that a row moved to another project or id does not open.
 */
#ifndef PERMAFROST_KARBOR_SEAL_H
#define PERMAFROST_KARBOR_SEAL_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

#define SEAL_KEY_SIZE 32         /* bytes of a key file */
#define SEAL_KEY_ID_SIZE 17      /* 16 hex digits */

/* Where a secret is kept; what opens it must name the same. */
struct seal_place {
	const char *purpose;     /* "restore_auth" */
	const char *project_id;
	const char *id;
};

struct sealed {
	const char *key_id;      /* tells which key opens it, and nothing about the key */
	const char *text;        /* nonce and ciphertext as PostgreSQL writes a bytea */
};

/*
 * Read the keys from files (separated by blanks or commas; one that does not exist holds none). The
 * first seals, any of them opens: a new key goes in front of the old one. False when a file is no
 * key or others than its owner may read it; the reason is logged.
 */
bool seal_configure(const char *files);

/* Is there a key to seal with? */
bool seal_is_ready(void);

/* Do we hold the key of that id? */
bool seal_has_key(const char *key_id);

/* Seal `len` bytes, with a key at hand; strings are the arena's. The caller wipes the secret. */
struct sealed seal_close(struct arena *arena, const struct seal_place *place, const char *secret,
			 size_t len);

/*
 * Open what was sealed for this place: `secret` is NUL-terminated, lives in the arena, which
 * becomes one of secrets. False when none of our keys sealed it, or it was changed or moved.
 */
bool seal_open(struct arena *arena, const struct seal_place *place, const struct sealed *sealed,
	       const char **secret, size_t *len);

/* Write a new random key to a file that does not exist yet, for its owner to read only. False with
 * errno. */
bool seal_key_create(const char *path);

#endif
