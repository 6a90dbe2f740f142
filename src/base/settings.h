/* Configuration: ini files as OpenStack's operators know them, PERMAFROST_* over them. */
#ifndef PERMAFROST_BASE_SETTINGS_H
#define PERMAFROST_BASE_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/files.h"

struct arena;

/* One enumerator per row of settings.def. */
enum setting {
#define SETTING(symbol, section, name, kind, otherwise, text) SETTING_##symbol,
#include "base/settings.def"
#undef SETTING
	SETTING_COUNT
};

/*
 * Read `path` (NULL: $PERMAFROST_CONF, else /etc/permafrost/permafrost.conf if it exists), then
 * conf.d/NAME.conf beside it in name order, then the environment: PERMAFROST_DATABASE_CONNECTION
 * sets [database] connection, an empty variable sets nothing. False when something is wrong; each
 * reason is logged with file and line, an unknown option with the nearest known name, and the
 * settings stay as they were. The log level is in force from then on.
 */
bool settings_load(const char *path);

/* Where settings_load(path) reads, whether or not there is something. The owner of `files` frees
 * it with files_free(). */
void settings_files(const char *path, struct files *files);

/* Values live until the next settings_load(); before the first they are "" and 0. */
const char *setting_text(enum setting setting);     /* "" when not set */
int64_t setting_int(enum setting setting);          /* counts, seconds, bytes */
bool setting_bool(enum setting setting);

/* Did nobody set it? */
bool setting_is_default(enum setting setting);

/* Call visit(path, argument) for each file that a secret comes from, also the password of a
 * connection string; a file may be named more than once. False, at once, when a visit is. */
bool settings_visit_secret(struct arena *arena, file_visit *visit, void *argument);

/* Write every setting with its value and where it came from; secrets, also the password of a
 * connection string, as "***". */
void settings_show(FILE *out);

#endif
