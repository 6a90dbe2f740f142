/* Files for tests of what reads some: in a directory of the test's own. */
#ifndef PERMAFROST_TESTS_FILES_H
#define PERMAFROST_TESTS_FILES_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char directory[] = "/tmp/permafrost-unit.XXXXXX";

static inline void directory_make(void)
{
	if (mkdtemp(directory) == NULL)
		abort();
}

static inline int file_remove(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
	(void)info, (void)kind;
	return walk->level == 0 ? 0 : remove(path);
}

/* Remove what is in it. */
static inline void directory_clear(void)
{
	nftw(directory, file_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void directory_remove(void)
{
	directory_clear();
	remove(directory);
}

/* A path in it, until the next call. */
static inline const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static inline void file_write(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		abort();
}

#endif
