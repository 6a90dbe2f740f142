/* Passwords: crypt(5) with yescrypt, by libxcrypt. */
#include "config.h"

#include "identity/identity_int.h"

#include <crypt.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* yescrypt at its default cost: some 15 ms and 16 MiB of memory for as long. */
static const char method[] = "$y$";

const char *password_hash(struct arena *arena, const char *password)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *hash = NULL;

	if (data != NULL && crypt_gensalt_rn(method, 0, NULL, 0, setting, sizeof(setting)) != NULL)
		hash = crypt_rn(password, setting, data, sizeof(*data));
	const char *kept = hash == NULL ? NULL : arena_strdup(arena, hash);
	if (data != NULL)
		sodium_memzero(data, sizeof(*data));
	free(data);
	return kept;
}

/* What nobody's password is compared with, so that an unknown name answers no sooner. */
static const char *nobody(void)
{
	static char setting[CRYPT_GENSALT_OUTPUT_SIZE];

	if (setting[0] == '\0')
		crypt_gensalt_rn(method, 0, NULL, 0, setting, sizeof(setting));
	return setting;
}

bool password_fits(const char *password, const char *hash)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	bool fits = false;

	if (data == NULL)
		return false;
	const char *made = crypt_rn(password, hash == NULL ? nobody() : hash, data, sizeof(*data));
	if (made != NULL && hash != NULL && strlen(made) == strlen(hash))
		fits = sodium_memcmp(made, hash, strlen(hash)) == 0;
	sodium_memzero(data, sizeof(*data));
	free(data);
	return fits;
}
