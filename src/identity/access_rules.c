/*
 * What an application credential may be used for: Keystone tells its access rules with the token,
 * to services that say they enforce them, and leaves the rest to us (Keystone's API v3).
 */
#include "config.h"

#include "identity/access_rules.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"

/* ---- patterns ------------------------------------------------------------------------------- */

/* A pattern in pieces: a byte that stands for itself, or one of these. */
enum { PIECE_SEGMENT = 256,      /* "*" and "{name}": one byte or more, none of them a slash */
       PIECE_ANYTHING };         /* "**": also nothing */

/* As many as there are in the pattern; braces that do not pair count for nothing. */
static size_t pieces_read(short *pieces, const char *pattern)
{
	size_t count = 0;

	for (const char *c = pattern; *c != '\0'; c++) {
		const char *end = *c == '{' ? strchr(c, '}') : NULL;
		if (end != NULL) {
			pieces[count++] = PIECE_SEGMENT;
			c = end;
		} else if (c[0] == '*' && c[1] == '*') {
			pieces[count++] = PIECE_ANYTHING;
			c++;
		} else if (*c == '*') {
			pieces[count++] = PIECE_SEGMENT;
		} else if (*c != '{' && *c != '}') {
			pieces[count++] = (unsigned char)*c;
		}
	}
	return count;
}

static bool takes(short piece, unsigned char byte)
{
	return piece == PIECE_ANYTHING || (piece == PIECE_SEGMENT ? byte != '/' : piece == byte);
}

/* "**" may also be nothing. */
static void skip_anything(bool *reached, const short *pieces, size_t count)
{
	for (size_t n = 0; n < count; n++) {
		if (reached[n] && pieces[n] == PIECE_ANYTHING)
			reached[n + 1] = true;
	}
}

bool access_path_fits(struct arena *arena, const char *pattern, const char *path)
{
	size_t room = strlen(pattern) + 1;
	short *pieces = arena_alloc(arena, room * sizeof(*pieces));
	/* is the path so far what the first n pieces allow? for all n, so we never go back */
	bool *reached = arena_alloc(arena, room * sizeof(*reached));
	size_t count = pieces_read(pieces, pattern);

	reached[0] = true;
	skip_anything(reached, pieces, count);
	for (; *path != '\0'; path++) {
		unsigned char byte = (unsigned char)*path;
		for (size_t n = count; n > 0; n--) {
			bool repeats = reached[n] && pieces[n - 1] >= PIECE_SEGMENT;
			reached[n] = (repeats || reached[n - 1]) && takes(pieces[n - 1], byte);
		}
		reached[0] = false;
		skip_anything(reached, pieces, count);
	}
	return reached[count];
}

/* ---- rules ---------------------------------------------------------------------------------- */

static bool is_member(struct json_object *rule, const char *name, const char *value)
{
	const char *text = json_get_string(rule, name);

	return text != NULL && strcmp(text, value) == 0;
}

bool access_allowed(struct arena *arena, const char *rules, const char *service, const char *method,
		    const char *path)
{
	struct json_object *list;
	struct json_error error;

	if (!json_parse_stored(arena, rules, strlen(rules), &list, &error) ||
	    !json_object_is_type(list, json_type_array))
		return false;
	for (size_t n = 0; n < json_object_array_length(list); n++) {
		struct json_object *rule = json_object_array_get_idx(list, n);
		const char *pattern = json_get_string(rule, "path");
		if (is_member(rule, "service", service) && is_member(rule, "method", method) &&
		    pattern != NULL && access_path_fits(arena, pattern, path))
			return true;
	}
	return false;
}
