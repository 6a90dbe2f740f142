/* Files that an operator writes: found in order, read whole, and looked at again for changes. */
#ifndef PERMAFROST_BASE_FILES_H
#define PERMAFROST_BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

#define FILE_SIZE_MAX (1 << 20)

/* Where the files are, and what was seen there last; all zero before files_name(). */
struct files {
	const char *suffix;      /* of those in directories; NULL: any. Set by the owner */
	char *file;
	char *directories;
	uint64_t seen;
	int64_t looked_us;
};

/* A file and the files in directories (separated by blanks or commas); "" for none. Both are
 * copied; those named before are forgotten. */
void files_name(struct files *files, const char *file, const char *directories);

/* Forget them. */
void files_free(struct files *files);

typedef bool file_visit(const char *path, void *argument);

/*
 * Call visit(path, argument) for the file, whether it is there or not, then for those of each
 * directory in name order; names that begin with a dot and directories that do not exist are left
 * out. False, at once, when a visit is. Paths live in the arena.
 */
bool files_visit(const struct files *files, struct arena *arena, file_visit *visit,
		 void *argument);

/*
 * Has one of them changed, come or gone since files_name() or the last change that this told of?
 * Looks once a second at most, and tells of a change when it is a second old: who writes a file in
 * place, or takes it away to put another there, is not done at once, and half of a policy would be
 * another policy.
 */
bool files_changed(struct files *files);

/* The whole text of a file, NUL-terminated, in the arena. NULL, with the reason logged, when it
 * can't be read or is larger than FILE_SIZE_MAX. */
char *file_read(struct arena *arena, const char *path, size_t *len);

#endif
