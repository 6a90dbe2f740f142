/* Files that an operator writes: found in order, read whole, and looked at again for changes. */
#include "config.h"

#include "base/files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#define LOOK_EVERY_US 1000000

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

	for (char *one = strtok_r(rest, ", \t\n", &save); good && one != NULL;
	     one = strtok_r(NULL, ", \t\n", &save))
		good = directory_visit(files, arena, one, visit, argument);
	return good;
}

/* ---- what changed --------------------------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * UINT64_C(0x100000001b3);
}

static bool look(const char *path, void *argument)
{
	uint64_t *hash = argument;
	struct stat info;

	if (stat(path, &info) != 0) {
		*hash = mix(*hash, 0);
		return true;
	}
	*hash = mix(*hash, (uint64_t)info.st_ino);
	*hash = mix(*hash, (uint64_t)info.st_size);
	*hash = mix(*hash, (uint64_t)info.st_mtim.tv_sec);
	*hash = mix(*hash, (uint64_t)info.st_mtim.tv_nsec);
	return true;
}

static uint64_t files_look(struct files *files)
{
	struct arena *arena = arena_new();
	uint64_t seen = 0;

	files_visit(files, arena, look, &seen);
	arena_free(arena);
	files->looked_us = clock_monotonic_us();
	return seen;
}

void files_name(struct files *files, const char *file, const char *directories)
{
	free(files->file);
	free(files->directories);
	files->file = strdup(file);
	files->directories = strdup(directories);
	files->seen = files_look(files);
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
	uint64_t seen = files_look(files);
	bool changed = seen != files->seen;
	files->seen = seen;
	return changed;
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
