/* What the files of the settings share: the table, the values, the ini reader. */
#ifndef PERMAFROST_BASE_SETTINGS_INT_H
#define PERMAFROST_BASE_SETTINGS_INT_H

#include "base/settings.h"

struct arena;

enum setting_kind {
	SETTING_IS_TEXT,
	SETTING_IS_SECRET,    /* a text that is never shown */
	SETTING_IS_COUNT,     /* 1 or more */
	SETTING_IS_NUMBER,    /* 0 or more */
	SETTING_IS_LIMIT,     /* -1 (none) or more */
	SETTING_IS_SECONDS,   /* 0 or more */
	SETTING_IS_BYTES,     /* 1 or more */
	SETTING_IS_BOOL,
	SETTING_IS_LEVEL,     /* of the log */
};

struct setting_row {
	const char *section;
	const char *name;
	enum setting_kind kind;
	const char *otherwise;
};

extern const struct setting_row setting_rows[SETTING_COUNT];

struct setting_value {
	const char *text;
	int64_t number;
	const char *from;     /* "default", "environment" or file:line */
};

/* The value in force. */
const struct setting_value *setting_value(enum setting setting);

/* `name = value` below `[section]`, found at `from`. */
struct assignment {
	const char *section;
	const char *name;
	const char *value;
	const char *from;
};

/*
 * Hand each assignment of an ini file to take(), which is false for one it does not like. False
 * when one was not liked or the file is no ini file or can't be read; each reason is logged.
 * Strings live in the arena.
 */
bool settings_file_read(struct arena *arena, const char *path,
			bool (*take)(void *taker, const struct assignment *assignment),
			void *taker);

#endif
