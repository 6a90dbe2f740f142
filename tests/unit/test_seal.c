/* Secrets at rest: what is stored does not show them, and opens nowhere else. */
#include "config.h"

#include "karbor/seal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "unit.h"

#define SECRET "{\"username\": \"admin\", \"password\": \"secretadmin\"}"

static const struct seal_place home = { "restore_auth", "p1", "22b82aa7" };

static struct arena *arena;
static char directory[] = "/tmp/permafrost-seal.XXXXXX";

static const char *path_of(const char *name)
{
	return arena_printf(arena, "%s/%s", directory, name);
}

/* A key file of that name, new if there is none. */
static const char *key_of(const char *name)
{
	const char *path = path_of(name);

	CU_ASSERT_TRUE_FATAL(access(path, F_OK) == 0 || seal_key_create(path));
	return path;
}

static void file_write(const char *path, size_t size, mode_t mode)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CU_ASSERT_TRUE_FATAL(file >= 0 && ftruncate(file, (off_t)size) == 0 &&
			     fchmod(file, mode) == 0);
	close(file);
}

static struct sealed sealed_at_home(void)
{
	return seal_close(arena, &home, SECRET, strlen(SECRET));
}

static bool opens(const struct seal_place *place, struct sealed sealed)
{
	const char *secret;
	size_t len;

	return seal_open(arena, place, &sealed, &secret, &len) && len == strlen(SECRET) &&
	       strcmp(secret, SECRET) == 0;
}

/* ---- what is stored ------------------------------------------------------------------------- */

static void what_is_sealed_opens_where_it_belongs(void)
{
	CU_ASSERT_TRUE_FATAL(seal_configure(key_of("a")));
	CU_ASSERT_TRUE(seal_is_ready());
	CU_ASSERT_TRUE(opens(&home, sealed_at_home()));
}

static void what_is_stored_does_not_contain_the_secret(void)
{
	static const char *const words[] = { SECRET, "secretadmin", "password", "admin" };

	CU_ASSERT_TRUE_FATAL(seal_configure(key_of("a")));
	struct sealed sealed = sealed_at_home();
	for (size_t n = 0; n < sizeof(words) / sizeof(words[0]); n++) {
		char hex[2 * sizeof(SECRET)];
		text_hex(hex, (const unsigned char *)words[n], strlen(words[n]));
		CU_ASSERT_PTR_NULL(strstr(sealed.text, words[n]));
		CU_ASSERT_PTR_NULL(strstr(sealed.text, hex));
	}
}

static void the_same_secret_is_never_stored_alike(void)
{
	CU_ASSERT_TRUE_FATAL(seal_configure(key_of("a")));
	CU_ASSERT_STRING_NOT_EQUAL(sealed_at_home().text, sealed_at_home().text);
}

static void a_sealed_secret_does_not_open_in_another_row(void)
{
	static const struct seal_place others[] = {
		{ "restore_auth", "p2", "22b82aa7" }, { "restore_auth", "p1", "22b82aa8" },
		{ "another", "p1", "22b82aa7" }, { "restore_auth", "p", "122b82aa7" },
	};

	CU_ASSERT_TRUE_FATAL(seal_configure(key_of("a")));
	struct sealed sealed = sealed_at_home();
	for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++)
		CU_ASSERT_FALSE(opens(&others[n], sealed));
}

static void a_changed_secret_does_not_open(void)
{
	CU_ASSERT_TRUE_FATAL(seal_configure(key_of("a")));
	struct sealed sealed = sealed_at_home();
	size_t len = strlen(sealed.text);
	for (size_t n = 0; n < len; n++) {
		char *text = arena_strdup(arena, sealed.text);
		text[n] = text[n] == '0' ? '1' : '0';
		CU_ASSERT_FALSE(opens(&home, (struct sealed){ sealed.key_id, text }));
	}
	for (size_t n = 0; n < len; n++)
		CU_ASSERT_FALSE(opens(&home, (struct sealed){
			sealed.key_id, arena_strndup(arena, sealed.text, n) }));
}

/* ---- keys ----------------------------------------------------------------------------------- */

static void a_new_key_in_front_seals_and_the_old_one_still_opens(void)
{
	const char *old = key_of("a"), *new = key_of("b");

	CU_ASSERT_TRUE_FATAL(seal_configure(old));
	struct sealed before = sealed_at_home();
	CU_ASSERT_TRUE_FATAL(seal_configure(arena_printf(arena, "%s, %s", new, old)));
	struct sealed after = sealed_at_home();
	CU_ASSERT_STRING_NOT_EQUAL(before.key_id, after.key_id);
	CU_ASSERT_TRUE(opens(&home, before));
	CU_ASSERT_TRUE(opens(&home, after));
	CU_ASSERT_TRUE_FATAL(seal_configure(new));
	CU_ASSERT_FALSE(opens(&home, before));
	CU_ASSERT_TRUE(opens(&home, after));
}

static void the_id_of_a_key_is_always_the_same_and_not_the_key(void)
{
	unsigned char bytes[SEAL_KEY_SIZE];
	char hex[2 * SEAL_KEY_SIZE + 1];
	int file = open(key_of("a"), O_RDONLY);

	CU_ASSERT_TRUE_FATAL(file >= 0 && read(file, bytes, sizeof(bytes)) == sizeof(bytes));
	close(file);
	text_hex(hex, bytes, sizeof(bytes));
	CU_ASSERT_TRUE_FATAL(seal_configure(key_of("a")));
	const char *id = sealed_at_home().key_id;
	CU_ASSERT_TRUE_FATAL(seal_configure(key_of("a")));
	CU_ASSERT_STRING_EQUAL(sealed_at_home().key_id, id);
	CU_ASSERT_EQUAL(strlen(id), SEAL_KEY_ID_SIZE - 1);
	CU_ASSERT_PTR_NULL(strstr(hex, id));
}

static void a_key_is_made_once_and_for_its_owner_only(void)
{
	struct stat about;

	CU_ASSERT_TRUE(seal_key_create(path_of("new")));
	CU_ASSERT_FALSE(seal_key_create(path_of("new")));
	CU_ASSERT_TRUE_FATAL(stat(path_of("new"), &about) == 0);
	CU_ASSERT_EQUAL(about.st_mode & 07777, 0400);
	CU_ASSERT_EQUAL(about.st_size, SEAL_KEY_SIZE);
	CU_ASSERT_FALSE(seal_key_create(path_of("nowhere/new")));
}

static void without_a_key_nothing_can_be_sealed(void)
{
	CU_ASSERT_TRUE(seal_configure(""));
	CU_ASSERT_FALSE(seal_is_ready());
	CU_ASSERT_TRUE(seal_configure(path_of("absent")));
	CU_ASSERT_FALSE(seal_is_ready());
}

static void what_is_no_key_or_open_to_others_is_refused(void)
{
	file_write(path_of("short"), SEAL_KEY_SIZE - 1, 0400);
	file_write(path_of("long"), SEAL_KEY_SIZE + 1, 0400);
	file_write(path_of("group"), SEAL_KEY_SIZE, 0440);
	file_write(path_of("world"), SEAL_KEY_SIZE, 0404);
	CU_ASSERT_FALSE(seal_configure(path_of("short")));
	CU_ASSERT_FALSE(seal_configure(path_of("long")));
	CU_ASSERT_FALSE(seal_configure(path_of("group")));
	CU_ASSERT_FALSE(seal_configure(path_of("world")));
	CU_ASSERT_FALSE(seal_configure(directory));
	CU_ASSERT_FALSE(seal_configure(arena_printf(arena, "%s %s", key_of("a"),
						    path_of("short"))));
}

static const struct unit units[] = {
	{ "what is sealed opens where it belongs", what_is_sealed_opens_where_it_belongs },
	{ "what is stored does not contain the secret", what_is_stored_does_not_contain_the_secret },
	{ "the same secret is never stored alike", the_same_secret_is_never_stored_alike },
	{ "a sealed secret does not open in another row", a_sealed_secret_does_not_open_in_another_row },
	{ "a changed secret does not open", a_changed_secret_does_not_open },
	{ "a new key in front seals, and the old one still opens",
	  a_new_key_in_front_seals_and_the_old_one_still_opens },
	{ "the id of a key is always the same, and not the key",
	  the_id_of_a_key_is_always_the_same_and_not_the_key },
	{ "a key is made once, and for its owner only", a_key_is_made_once_and_for_its_owner_only },
	{ "without a key nothing can be sealed", without_a_key_nothing_can_be_sealed },
	{ "what is no key, or open to others, is refused",
	  what_is_no_key_or_open_to_others_is_refused },
	{ 0 }
};

static int clean(int status)
{
	static const char *const names[] = { "a", "b", "new", "short", "long", "group", "world" };

	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
		unlink(path_of(names[n]));
	rmdir(directory);
	arena_free(arena);
	return status;
}

int main(void)
{
	if (mkdtemp(directory) == NULL)
		return EXIT_FAILURE;
	log_threshold(0);
	arena = arena_new();
	return clean(unit_run("secrets", units));
}
