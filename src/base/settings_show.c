/* The settings in force and where each came from, without what nobody should see. */
#include "config.h"

#include "base/settings.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/settings_int.h"
#include "base/text.h"

#define HIDDEN "***"
#define BLANKS " \t\r\n"

/* scheme://user:password@host: where the password begins and its length; NULL without one. */
static const char *uri_password(const char *text, size_t *len)
{
	const char *start = strstr(text, "://");

	if (start == NULL)
		return NULL;
	start += 3;
	const char *at = memrchr(start, '@', strcspn(start, "/"));   /* as libpq reads it */
	const char *colon = at == NULL ? NULL : memchr(start, ':', (size_t)(at - start));
	if (colon == NULL)
		return NULL;
	*len = (size_t)(at - colon - 1);
	return colon + 1;
}

/* The length of a value in libpq's keyword form, or of one in a URI's query. */
static size_t keyword_value_length(const char *value, bool in_uri)
{
	const char *end = value;

	if (in_uri)
		return strcspn(value, "&# ");
	bool quoted = *end == '\'';
	for (end += quoted; *end != '\0'; end++) {
		if (*end == '\\' && end[1] != '\0')
			end++;
		else if (quoted ? *end == '\'' : strchr(BLANKS, *end) != NULL)
			break;
	}
	return (size_t)(end - value) + (quoted && *end == '\'');
}

/* The value of the next parameter whose name ends in "password", as in sslpassword. */
static const char *keyword_password(const char *text, bool in_uri, size_t *len)
{
	for (const char *equals = strchr(text, '='); equals != NULL;
	     equals = strchr(equals + 1, '=')) {
		const char *end = equals;
		while (end > text && strchr(BLANKS, end[-1]) != NULL)
			end--;
		/* cppcheck-suppress knownConditionTrueFalse ; a word ends the loop as well */
		if (end - text < 8 || strncasecmp(end - 8, "password", 8) != 0)
			continue;
		const char *value = equals + 1 + strspn(equals + 1, BLANKS);
		*len = keyword_value_length(value, in_uri);
		return value;
	}
	return NULL;
}

/* The text with the passwords of a connection string hidden. */
static const char *text_masked(struct arena *arena, const char *text)
{
	struct text out = { .arena = arena };
	bool in_uri = strstr(text, "://") != NULL;
	size_t len;
	const char *password = uri_password(text, &len);

	if (password == NULL)
		password = keyword_password(text, in_uri, &len);
	while (password != NULL) {
		text_add(&out, text, (size_t)(password - text));
		text_puts(&out, HIDDEN);
		text = password + len;
		password = keyword_password(text, in_uri, &len);
	}
	text_puts(&out, text);
	return out.data;
}

static const char *value_shown(struct arena *arena, enum setting setting)
{
	const char *text = setting_text(setting);

	if (setting_rows[setting].kind != SETTING_IS_SECRET)
		return text_masked(arena, text);
	return text[0] == '\0' ? "" : HIDDEN;
}

static bool is_secret(struct arena *arena, enum setting setting)
{
	return strcmp(value_shown(arena, setting), setting_text(setting)) != 0;
}

bool settings_visit_secret(struct arena *arena, file_visit *visit, void *argument)
{
	bool good = true;

	for (int n = 0; good && n < SETTING_COUNT; n++) {
		const char *from = setting_value((enum setting)n)->from;
		const char *line = strrchr(from, ':');
		if (line != NULL && is_secret(arena, (enum setting)n))
			good = visit(arena_strndup(arena, from, (size_t)(line - from)), argument);
	}
	return good;
}

void settings_show(FILE *out)
{
	struct arena *arena = arena_new();
	const char *section = "";

	for (int n = 0; n < SETTING_COUNT; n++) {
		const struct setting_row *row = &setting_rows[n];
		if (strcmp(row->section, section) != 0)
			fprintf(out, "%s[%s]\n", n == 0 ? "" : "\n", row->section);
		section = row->section;
		fprintf(out, "%s = %s  # from %s\n", row->name,
			value_shown(arena, (enum setting)n), setting_value((enum setting)n)->from);
	}
	arena_free(arena);
}
