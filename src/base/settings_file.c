/* Ini files as oslo.config reads them: sections, `name = value`, comments, continuation lines. */
#include "config.h"

#include "base/settings_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"

#define BLANKS " \t\r\n\f\v"

struct reader {
	struct arena *arena;
	const char *path;
	int line;
	const char *section;
	struct assignment open;     /* still growing; without a name when there is none */
	struct text value;
	bool (*take)(void *taker, const struct assignment *assignment);
	void *taker;
};

static bool complain(const struct reader *reader, const char *what)
{
	log_error("%s:%d: %s", reader->path, reader->line, what);
	return false;
}

/* Cut blanks off the end; returns the first character that is none. */
static char *trim(char *text)
{
	text += strspn(text, BLANKS);
	for (size_t len = strlen(text); len > 0 && strchr(BLANKS, text[len - 1]) != NULL; len--)
		text[len - 1] = '\0';
	return text;
}

/* A value in quotes loses them. */
static const char *unquoted(struct arena *arena, const struct text *value)
{
	const char *text = value->data;
	size_t len = value->len;

	if (len < 2 || (text[0] != '"' && text[0] != '\'') || text[len - 1] != text[0])
		return text;
	return arena_strndup(arena, text + 1, len - 2);
}

/* Hand over what has been growing, if anything has. */
static bool assignment_close(struct reader *reader)
{
	struct assignment done = reader->open;

	if (done.name == NULL)
		return true;
	reader->open = (struct assignment){ 0 };
	done.value = unquoted(reader->arena, &reader->value);
	return reader->take(reader->taker, &done);
}

static bool section_open(struct reader *reader, char *line)
{
	char *end = strchr(line, ']');

	if (end == NULL || end[1] != '\0')
		return complain(reader, "a section is written [name]");
	*end = '\0';
	reader->section = arena_strdup(reader->arena, trim(line + 1));
	return true;
}

static bool assignment_open(struct reader *reader, char *line)
{
	size_t name = strcspn(line, "=:");

	if (line[name] == '\0')
		return complain(reader, "neither [section], a comment nor name = value");
	if (reader->section == NULL)
		return complain(reader, "an option before the first [section]");
	line[name] = '\0';
	reader->value = (struct text){ .arena = reader->arena };
	text_puts(&reader->value, trim(line + name + 1));
	reader->open = (struct assignment){
		.section = reader->section,
		.name = arena_strdup(reader->arena, trim(line)),
		.from = arena_printf(reader->arena, "%s:%d", reader->path, reader->line),
	};
	return true;
}

static bool continuation_add(struct reader *reader, char *line)
{
	if (reader->open.name == NULL)
		return complain(reader, "an indented line continues an option, and there is none");
	if (reader->value.len > 0)
		text_puts(&reader->value, " ");
	text_puts(&reader->value, trim(line));
	return true;
}

static bool line_read(struct reader *reader, char *line)
{
	bool indented = line[0] == ' ' || line[0] == '\t';
	char *text = trim(line);

	if (indented && text[0] != '\0')
		return continuation_add(reader, text);
	bool closed = assignment_close(reader);
	if (text[0] == '\0' || text[0] == '#' || text[0] == ';')
		return closed;
	if (text[0] == '[')
		return section_open(reader, text) && closed;
	return assignment_open(reader, text) && closed;
}

bool settings_file_read(struct arena *arena, const char *path,
			bool (*take)(void *taker, const struct assignment *assignment),
			void *taker)
{
	struct reader reader = { .arena = arena, .path = path, .take = take, .taker = taker };
	char *line = NULL;
	size_t room = 0;
	bool good = true;
	FILE *file = fopen(path, "re");

	if (file == NULL) {
		log_error("can't read %s: %s", path, strerror(errno));
		return false;
	}
	while (getline(&line, &room, file) >= 0) {
		reader.line++;
		good = line_read(&reader, line) && good;
	}
	if (ferror(file) != 0) {
		log_error("can't read %s: %s", path, strerror(errno));
		good = false;
	}
	free(line);
	fclose(file);
	return assignment_close(&reader) && good;
}
