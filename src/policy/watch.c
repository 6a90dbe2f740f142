/* An operator's policy files: read at the start, and again when they change. */
#include "config.h"
#include "policy/policy_int.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#define LOOK_EVERY_US 1000000

static struct {
	char *file;
	char *directories;       /* separated by blanks or commas */
	uint64_t seen;           /* of what is in force, or was refused */
	int64_t looked_us;
} watched;

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * UINT64_C(0x100000001b3);
}

static uint64_t file_look(uint64_t hash, const char *path)
{
	struct stat info;

	if (stat(path, &info) != 0)
		return mix(hash, 0);
	hash = mix(hash, (uint64_t)info.st_ino);
	hash = mix(hash, (uint64_t)info.st_size);
	hash = mix(hash, (uint64_t)info.st_mtim.tv_sec);
	return mix(hash, (uint64_t)info.st_mtim.tv_nsec);
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

typedef bool file_visit(const char *path, void *argument);

static bool directory_visit(struct arena *arena, const char *directory, file_visit *visit,
			    void *argument)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, is_shown, alphasort);
	bool good = true;

	for (int n = 0; n < count; n++) {
		good = good && visit(arena_printf(arena, "%s/%s", directory, entries[n]->d_name),
				     argument);
		free(entries[n]);
	}
	if (count >= 0)
		free(entries);
	return good;
}

/* The file, then those of each directory in name order: each later one goes over the earlier. */
static bool files_visit(struct arena *arena, file_visit *visit, void *argument)
{
	char *rest = arena_strdup(arena, watched.directories), *save;
	bool good = watched.file[0] == '\0' || visit(watched.file, argument);

	for (char *one = strtok_r(rest, ", \t\n", &save); good && one != NULL;
	     one = strtok_r(NULL, ", \t\n", &save))
		good = directory_visit(arena, one, visit, argument);
	return good;
}

static bool look(const char *path, void *argument)
{
	uint64_t *hash = argument;

	*hash = file_look(*hash, path);
	return true;
}

static bool load(const char *path, void *argument)
{
	struct stat info;

	return (stat(path, &info) != 0 && path == watched.file) ||
	       policy_file_load(argument, path);
}

static bool load_all(struct arena *arena)
{
	struct ruleset *set = ruleset_new();

	if (set != NULL && files_visit(arena, load, set) && ruleset_link(set)) {
		ruleset_enforce(set);
		return true;
	}
	ruleset_free(set);
	return false;
}

bool policy_load(const char *file, const char *directories)
{
	struct arena *arena = arena_new();

	free(watched.file);
	free(watched.directories);
	watched.file = strdup(file);
	watched.directories = strdup(directories);
	watched.seen = 0;
	files_visit(arena, look, &watched.seen);
	watched.looked_us = clock_monotonic_us();
	bool good = load_all(arena);
	arena_free(arena);
	return good;
}

void policy_refresh(void)
{
	int64_t now = clock_monotonic_us();

	if (watched.file == NULL || now - watched.looked_us < LOOK_EVERY_US)
		return;
	watched.looked_us = now;
	struct arena *arena = arena_new();
	uint64_t seen = 0;
	files_visit(arena, look, &seen);
	if (seen != watched.seen) {
		watched.seen = seen;
		if (load_all(arena))
			log_info("the policy files changed: new rules are in force");
		else
			log_error("the policy files are broken: the rules stay as they were");
	}
	arena_free(arena);
}
