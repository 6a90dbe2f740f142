/* Files that an operator writes: found in order, read whole, and looked at again for changes. */
#include "config.h"

#include "base/files.h"

#include <dirent.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#define LOOK_EVERY_US 1000000
#define SETTLED_AFTER_US 1000000

static const char blanks[] = ", \t\n";

/* ---- where they are ------------------------------------------------------------------------- */

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t len = strlen(name), end = suffix == NULL ? 0 : strlen(suffix);

	return len >= end && strcmp(name + len - end, suffix == NULL ? "" : suffix) == 0;
}

static bool directory_visit(const struct files *files, struct arena *arena, const char *directory,
			    file_visit *visit, void *argument)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, is_shown, alphasort);
	bool good = true;

	for (int n = 0; n < count; n++) {
		const char *name = entries[n]->d_name;
		if (good && has_suffix(name, files->suffix))
			good = visit(arena_printf(arena, "%s/%s", directory, name), argument);
		free(entries[n]);
	}
	if (count >= 0)
		free(entries);
	return good;
}

bool files_visit(const struct files *files, struct arena *arena, file_visit *visit, void *argument)
{
	char *rest = arena_strdup(arena, files->directories), *save;
	bool good = files->file[0] == '\0' || visit(files->file, argument);

	for (char *one = strtok_r(rest, blanks, &save); good && one != NULL;
	     one = strtok_r(NULL, blanks, &save))
		good = directory_visit(files, arena, one, visit, argument);
	return good;
}

/* ---- what changed --------------------------------------------------------------------------- */

struct look {
	uint64_t hash;
	bool is_young;
};

static void mix(struct look *look, uint64_t value)
{
	look->hash = (look->hash ^ value) * UINT64_C(0x100000001b3);
}

static bool is_young(const struct stat *info)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	int64_t age_us = (int64_t)(now.tv_sec - info->st_mtim.tv_sec) * 1000000 +
			 (now.tv_nsec - info->st_mtim.tv_nsec) / 1000;
	return age_us > -SETTLED_AFTER_US && age_us < SETTLED_AFTER_US;
}

static bool look_at_file(const char *path, void *argument)
{
	struct look *look = argument;
	struct stat info;

	if (stat(path, &info) != 0) {
		mix(look, 0);
		return true;
	}
	mix(look, (uint64_t)info.st_ino);
	mix(look, (uint64_t)info.st_size);
	mix(look, (uint64_t)info.st_mtim.tv_sec);
	mix(look, (uint64_t)info.st_mtim.tv_nsec);
	look->is_young = look->is_young || is_young(&info);
	return true;
}

/* Where a file came or went a moment ago, another may take its place in the next. */
static void look_at_directory(const char *path, struct look *look)
{
	struct stat info;

	look->is_young = look->is_young || (stat(path, &info) == 0 && is_young(&info));
}

static void look_at_directories(const struct files *files, struct arena *arena, struct look *look)
{
	char *file = arena_strdup(arena, files->file);
	char *directories = arena_strdup(arena, files->directories), *save = NULL;

	if (file[0] != '\0')
		look_at_directory(dirname(file), look);
	for (char *one = strtok_r(directories, blanks, &save); one != NULL;
	     one = strtok_r(NULL, blanks, &save))
		look_at_directory(one, look);
}

static struct look files_look(struct files *files)
{
	struct arena *arena = arena_new();
	struct look look = { .hash = 0 };

	files_visit(files, arena, look_at_file, &look);
	if (look.hash != files->seen)
		look_at_directories(files, arena, &look);
	arena_free(arena);
	files->looked_us = clock_monotonic_us();
	return look;
}

void files_name(struct files *files, const char *file, const char *directories)
{
	free(files->file);
	free(files->directories);
	files->file = strdup(file);
	files->directories = strdup(directories);
	files->seen = files_look(files).hash;
}

void files_free(struct files *files)
{
	free(files->file);
	free(files->directories);
	files->file = files->directories = NULL;
}

bool files_changed(struct files *files)
{
	if (files->file == NULL || clock_monotonic_us() - files->looked_us < LOOK_EVERY_US)
		return false;
	struct look look = files_look(files);
	if (look.hash == files->seen || look.is_young)
		return false;
	files->seen = look.hash;
	return true;
}

/* ---- what they say -------------------------------------------------------------------------- */

char *file_read(struct arena *arena, const char *path, size_t *len)
{
	FILE *file = fopen(path, "r");

	if (file == NULL) {
		log_error("%s can't be read: %m", path);
		return NULL;
	}
	char *text = arena_alloc(arena, FILE_SIZE_MAX + 1);
	*len = fread(text, 1, FILE_SIZE_MAX + 1, file);
	bool whole = ferror(file) == 0 && *len <= FILE_SIZE_MAX;
	fclose(file);
	if (!whole) {
		log_error("%s can't be read, or is larger than %d bytes", path, FILE_SIZE_MAX);
		return NULL;
	}
	text[*len] = '\0';
	return text;
}
