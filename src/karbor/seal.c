/* Secrets at rest: libsodium, the key files, and where a secret belongs. */
#include "config.h"

#include "karbor/seal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"

#define KEYS_MAX 8
#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KEY_ID_BYTES ((SEAL_KEY_ID_SIZE - 1) / 2)

static_assert(SEAL_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "a key fits");

struct key {
	unsigned char bytes[SEAL_KEY_SIZE];
	char id[SEAL_KEY_ID_SIZE];
};

static struct key keys[KEYS_MAX];   /* the first seals */
static size_t key_count;

/* ---- keys ----------------------------------------------------------------------------------- */

/* A hash that says which key it was: 64 bits of 256 that can't be turned back. */
static void key_name(struct key *key)
{
	static const unsigned char context[] = "permafrost key id";
	unsigned char hash[crypto_generichash_BYTES_MIN];

	crypto_generichash(hash, sizeof(hash), context, sizeof(context), key->bytes,
			   sizeof(key->bytes));
	text_hex(key->id, hash, KEY_ID_BYTES);
}

static bool key_refuse(const char *path, const char *why)
{
	log_error("[data_protect] secret_key_files: %s %s", path, why);
	return false;
}

/* A key that others can read keeps nothing secret; one byte more shows a file that is too long. */
static bool key_read(const char *path, int file, struct key *key)
{
	unsigned char bytes[SEAL_KEY_SIZE + 1];
	struct stat about;

	if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode))
		return key_refuse(path, "is no file");
	if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return key_refuse(path, "is open to others than its owner: chmod 400");
	ssize_t len = read(file, bytes, sizeof(bytes));
	memcpy(key->bytes, bytes, sizeof(key->bytes));
	sodium_memzero(bytes, sizeof(bytes));
	if (len != SEAL_KEY_SIZE)
		return key_refuse(path, "is no key: it has not 32 bytes");
	key_name(key);
	return true;
}

static bool key_load(const char *path)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);

	if (file < 0 && errno == ENOENT) {
		log_info("there is no secret key in %s", path);
		return true;
	}
	if (file < 0)
		return key_refuse(path, strerror(errno));
	bool read = key_count < KEYS_MAX ? key_read(path, file, &keys[key_count]) :
		    key_refuse(path, "is one key too many");
	close(file);
	key_count += read;
	return read;
}

bool seal_configure(const char *files)
{
	struct arena *arena = arena_new();
	bool good = sodium_init() >= 0;

	sodium_mlock(keys, sizeof(keys));   /* if the system lets us: neither swapped nor dumped */
	sodium_memzero(keys, sizeof(keys));
	key_count = 0;
	while (good && *(files += strspn(files, " \t,")) != '\0') {
		size_t len = strcspn(files, " \t,");
		good = key_load(arena_strndup(arena, files, len));
		files += len;
	}
	arena_free(arena);
	return good;
}

bool seal_is_ready(void)
{
	return key_count > 0;
}

bool seal_key_create(const char *path)
{
	unsigned char key[SEAL_KEY_SIZE];
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR);

	if (file < 0 || sodium_init() < 0)
		return false;
	randombytes_buf(key, sizeof(key));
	bool written = write(file, key, sizeof(key)) == (ssize_t)sizeof(key) && fsync(file) == 0;
	sodium_memzero(key, sizeof(key));
	written = close(file) == 0 && written;
	if (!written)
		unlink(path);
	return written;
}

/* ---- sealing -------------------------------------------------------------------------------- */

/* The place as bytes: each part with its end, so that no two places are told alike. */
static struct text place_bytes(struct arena *arena, const struct seal_place *place)
{
	struct text out = { .arena = arena };

	text_add(&out, place->purpose, strlen(place->purpose) + 1);
	text_add(&out, place->project_id, strlen(place->project_id) + 1);
	text_add(&out, place->id, strlen(place->id) + 1);
	return out;
}

static const unsigned char *bytes_of(const struct text *text)
{
	return (const unsigned char *)text->data;
}

struct sealed seal_close(struct arena *arena, const struct seal_place *place, const char *secret,
			 size_t len)
{
	size_t size = NONCE_SIZE + len + TAG_SIZE;
	unsigned char *nonce = arena_alloc(arena, size), *box = nonce + NONCE_SIZE;
	struct text about = place_bytes(arena, place);
	char *text = arena_alloc(arena, 2 + 2 * size + 1);

	assert(seal_is_ready());
	randombytes_buf(nonce, NONCE_SIZE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(box, NULL, (const unsigned char *)secret, len,
						   bytes_of(&about), about.len, NULL, nonce,
						   keys[0].bytes);
	text_hex(stpcpy(text, "\\x"), nonce, size);
	return (struct sealed){ .key_id = arena_strdup(arena, keys[0].id), .text = text };
}

static const struct key *key_of(const char *id)
{
	for (size_t n = 0; n < key_count; n++) {
		if (strcmp(keys[n].id, id) == 0)
			return &keys[n];
	}
	return NULL;
}

bool seal_has_key(const char *key_id)
{
	return key_of(key_id) != NULL;
}

bool seal_open(struct arena *arena, const struct seal_place *place, const struct sealed *sealed,
	       const char **secret, size_t *len)
{
	const struct key *key = key_of(sealed->key_id);
	size_t digits = strlen(sealed->text), size = digits / 2;
	unsigned char *nonce = arena_alloc(arena, size + 1), *box = nonce + NONCE_SIZE;
	struct text about = place_bytes(arena, place);

	if (key == NULL || strncmp(sealed->text, "\\x", 2) != 0 ||
	    sodium_hex2bin(nonce, size, sealed->text + 2, digits - 2, NULL, &size, NULL) != 0 ||
	    size < NONCE_SIZE + TAG_SIZE)
		return false;
	*len = size - NONCE_SIZE - TAG_SIZE;
	arena_keep_secret(arena);
	char *text = arena_alloc(arena, *len + 1);
	*secret = text;
	return crypto_aead_xchacha20poly1305_ietf_decrypt(
		(unsigned char *)text, NULL, NULL, box, size - NONCE_SIZE, bytes_of(&about),
		about.len, nonce, key->bytes) == 0;
}
