/* Configuration: files first, the environment over them, each value checked as it comes in. */
#include "config.h"

#include "base/settings.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/settings_int.h"
#include "base/text.h"

#define FILE_USUAL SYSCONFDIR "/permafrost/permafrost.conf"
#define ENVIRONMENT_PREFIX "PERMAFROST_"
#define TYPO_DISTANCE 3        /* a variable this near to an option was meant to be one */
#define NAME_LENGTH_MAX 80     /* of what is compared; longer names are cut */

struct settings {
	struct arena *arena;
	struct setting_value values[SETTING_COUNT];
};

const struct setting_row setting_rows[SETTING_COUNT] = {
#define SETTING(symbol, section, name, kind, otherwise, text) \
	[SETTING_##symbol] = { section, name, SETTING_IS_##kind, otherwise },
#include "base/settings.def"
#undef SETTING
};

static struct settings current;

/* ---- values --------------------------------------------------------------------------------- */

static bool parse_bool(const char *text, int64_t *number)
{
	static const char *const words[][2] = {
		{ "false", "true" }, { "no", "yes" }, { "off", "on" }, { "0", "1" },
	};

	for (size_t n = 0; n < sizeof(words) / sizeof(words[0]); n++) {
		for (int truth = 0; truth < 2; truth++) {
			if (strcasecmp(text, words[n][truth]) == 0) {
				*number = truth;
				return true;
			}
		}
	}
	return false;
}

static bool parse_level(const char *text, int64_t *number)
{
	enum log_level level;

	if (!log_level_named(text, &level))
		return false;
	*number = level;
	return true;
}

static bool parse_number(const char *text, int64_t least, int64_t *number)
{
	return text_to_int64(text, number) && *number >= least && *number <= INT32_MAX;
}

/* NULL when the text is a value of that kind, else what it should have been. */
static const char *value_fault(enum setting_kind kind, const char *text, int64_t *number)
{
	switch (kind) {
	case SETTING_IS_COUNT:
		return parse_number(text, 1, number) ? NULL : "a whole number from 1";
	case SETTING_IS_NUMBER:
		return parse_number(text, 0, number) ? NULL : "a whole number from 0";
	case SETTING_IS_LIMIT:
		return parse_number(text, -1, number) ? NULL : "a whole number from -1";
	case SETTING_IS_SECONDS:
		return parse_number(text, 0, number) ? NULL : "a whole number of seconds from 0";
	case SETTING_IS_BYTES:
		return parse_number(text, 1, number) ? NULL : "a whole number of bytes from 1";
	case SETTING_IS_BOOL:
		return parse_bool(text, number) ? NULL : "true or false";
	case SETTING_IS_LEVEL:
		return parse_level(text, number) ? NULL : "error, warning, info or debug";
	default:
		return NULL;
	}
}

static bool value_set(struct settings *settings, size_t setting, const char *text, const char *from)
{
	const struct setting_row *row = &setting_rows[setting];
	struct setting_value value = { .text = text, .from = from };
	const char *fault = value_fault(row->kind, text, &value.number);

	if (fault != NULL) {
		log_error("%s: [%s] %s is %s, not \"%s\"", from, row->section, row->name, fault,
			  text);
		return false;
	}
	settings->values[setting] = value;
	return true;
}

/* ---- names ---------------------------------------------------------------------------------- */

static size_t least_of(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;
	return least < c ? least : c;
}

/* Levenshtein's distance of the first NAME_LENGTH_MAX characters; anything from `enough` on is
 * `enough`. */
static size_t distance(const char *a, const char *b, size_t enough)
{
	size_t row[NAME_LENGTH_MAX + 1];
	size_t len_a = strnlen(a, NAME_LENGTH_MAX), len_b = strnlen(b, NAME_LENGTH_MAX);

	for (size_t n = 0; n <= len_b; n++)
		row[n] = n;
	for (size_t i = 1; i <= len_a; i++) {
		size_t diagonal = row[0], least = i;
		row[0] = i;
		for (size_t n = 1; n <= len_b; n++) {
			size_t above = row[n];
			row[n] = least_of(above + 1, row[n - 1] + 1,
					  diagonal + (a[i - 1] != b[n - 1]));
			diagonal = above;
			least = row[n] < least ? row[n] : least;
		}
		if (least >= enough)
			return enough;
	}
	return row[len_b] < enough ? row[len_b] : enough;
}

/* distance() is this at least. */
static size_t length_distance(const char *a, const char *b)
{
	size_t len_a = strnlen(a, NAME_LENGTH_MAX), len_b = strnlen(b, NAME_LENGTH_MAX);

	return len_a > len_b ? len_a - len_b : len_b - len_a;
}

static const char *variable_of(struct arena *arena, const struct setting_row *row)
{
	char *name = arena_printf(arena, ENVIRONMENT_PREFIX "%s_%s", row->section, row->name);

	for (char *c = name; *c != '\0'; c++)
		*c = (char)toupper((unsigned char)*c);
	return name;
}

static const char *option_of(struct arena *arena, const struct setting_row *row)
{
	return arena_printf(arena, "[%s] %s", row->section, row->name);
}

/* The known name, as name_of() writes it, that is nearest to `name`; *away is how near. */
static const char *nearest(struct arena *arena, const char *name, size_t *away,
			   const char *(*name_of)(struct arena *, const struct setting_row *))
{
	const char *best = "";

	*away = SIZE_MAX;
	for (size_t n = 0; n < SETTING_COUNT; n++) {
		const char *known = name_of(arena, &setting_rows[n]);
		if (length_distance(name, known) >= *away)
			continue;
		size_t steps = distance(name, known, *away);
		if (steps < *away) {
			*away = steps;
			best = known;
		}
	}
	return best;
}

/* ---- sources -------------------------------------------------------------------------------- */

static bool take_assignment(void *taker, const struct assignment *assignment)
{
	struct settings *settings = taker;
	size_t away;

	for (size_t n = 0; n < SETTING_COUNT; n++) {
		if (strcmp(setting_rows[n].section, assignment->section) == 0 &&
		    strcmp(setting_rows[n].name, assignment->name) == 0)
			return value_set(settings, n, assignment->value, assignment->from);
	}
	const char *unknown = arena_printf(settings->arena, "[%s] %s", assignment->section,
					   assignment->name);
	log_error("%s: unknown option %s; the nearest known one is %s", assignment->from, unknown,
		  nearest(settings->arena, unknown, &away, option_of));
	return false;
}

/* The file that is meant: NULL is the one of the environment, or the usual one. */
static const char *path_meant(const char *path)
{
	if (path == NULL)
		path = getenv(ENVIRONMENT_PREFIX "CONF");
	return path == NULL || path[0] == '\0' ? FILE_USUAL : path;
}

/* conf.d beside the file: its *.conf are read in name order. */
static const char *directory_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	int stem = slash == NULL ? 0 : (int)(slash - path + 1);

	return arena_printf(arena, "%.*sconf.d", stem, path);
}

static int is_conf(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 &&
	       strcmp(entry->d_name + len - 5, ".conf") == 0;
}

static bool directory_read(struct settings *settings, const char *path)
{
	const char *directory = directory_of(settings->arena, path);
	struct dirent **entries;
	int count = scandir(directory, &entries, is_conf, alphasort);
	bool good = true;

	if (count < 0 && errno != ENOENT && errno != ENOTDIR) {
		log_error("can't read %s: %s", directory, strerror(errno));
		return false;
	}
	for (int n = 0; n < count; n++) {
		const char *file = arena_printf(settings->arena, "%s/%s", directory,
						entries[n]->d_name);
		good = settings_file_read(settings->arena, file, take_assignment, settings) && good;
		free(entries[n]);
	}
	if (count >= 0)
		free(entries);
	return good;
}

/* A variable of ours that sets nothing may be a typing error, or somebody else's. */
static void variable_check(struct arena *arena, const char *variable)
{
	size_t away;
	const char *name = arena_strndup(arena, variable, strcspn(variable, "="));
	const char *known = nearest(arena, name, &away, variable_of);

	if (away > 0 && away <= TYPO_DISTANCE)
		log_warning("the environment's %s sets nothing; the nearest name that does is %s",
			    name, known);
}

/* An empty variable counts as absent: container tools like to pass those. */
static bool environment_read(struct settings *settings)
{
	bool good = true;

	for (size_t n = 0; n < SETTING_COUNT; n++) {
		const char *name = variable_of(settings->arena, &setting_rows[n]);
		const char *value = getenv(name);
		if (value != NULL && value[0] != '\0')
			good = value_set(settings, n, arena_strdup(settings->arena, value),
					 "environment") && good;
	}
	for (char **variable = environ; *variable != NULL; variable++) {
		if (strncmp(*variable, ENVIRONMENT_PREFIX, strlen(ENVIRONMENT_PREFIX)) == 0)
			variable_check(settings->arena, *variable);
	}
	return good;
}

static bool files_read(struct settings *settings, const char *path)
{
	bool good = true;

	path = path_meant(path);
	if (strcmp(path, FILE_USUAL) == 0 && access(path, F_OK) != 0)
		return directory_read(settings, path);
	good = settings_file_read(settings->arena, path, take_assignment, settings);
	return directory_read(settings, path) && good;
}

/* ---- outside -------------------------------------------------------------------------------- */

bool settings_load(const char *path)
{
	struct settings next = { .arena = arena_new() };

	for (size_t n = 0; n < SETTING_COUNT; n++)
		value_set(&next, n, setting_rows[n].otherwise, "default");
	bool good = files_read(&next, path);
	good = environment_read(&next) && good;
	if (!good) {
		arena_free(next.arena);
		return false;
	}
	arena_free(current.arena);
	current = next;
	log_threshold((enum log_level)setting_int(SETTING_LOG_LEVEL));
	return true;
}

void settings_files(const char *path, struct files *files)
{
	struct arena *arena = arena_new();

	path = path_meant(path);
	*files = (struct files){ .suffix = ".conf" };
	files_name(files, path, directory_of(arena, path));
	arena_free(arena);
}

bool setting_is_default(enum setting setting)
{
	return strcmp(current.values[setting].from, "default") == 0;
}

const struct setting_value *setting_value(enum setting setting)
{
	return &current.values[setting];
}

const char *setting_text(enum setting setting)
{
	const char *text = current.values[setting].text;
	return text == NULL ? "" : text;
}

int64_t setting_int(enum setting setting)
{
	return current.values[setting].number;
}

bool setting_bool(enum setting setting)
{
	return current.values[setting].number != 0;
}
