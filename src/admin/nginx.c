/* Reading a site of nginx: words, blocks and includes, and what concerns the workers in them. */
#include "config.h"

#include "admin/nginx.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/files.h"
#include "base/text.h"

#define WORDS_MAX 64          /* of one directive; what is beyond is not kept */
#define DEPTH_MAX 16          /* blocks and files inside one another */
#define INCLUDE_DIRECTORY "/etc/nginx"
#define BODY_MAX_USUAL (1 << 20)

struct reader {
	struct arena *arena;
	struct site *site;
	struct site_location **last;   /* where the next location goes */
	const char *path;
	const char *at;
	int line;
	int depth;
	const char *why;
};

/* What holds in a block. */
struct level {
	struct site_location location;
	bool has_params;             /* of its own: those of outer blocks count no more */
};

struct directive {
	const char *words[WORDS_MAX];
	size_t count;
	char end;                    /* ';' or '{'; '}' and '\0' end a block and stand alone */
};

static bool block_read(struct reader *reader, const struct level *outer, const char *name);

static bool complain(struct reader *reader, const char *what)
{
	if (reader->why == NULL)
		reader->why = arena_printf(reader->arena, "%s:%d: %s", reader->path, reader->line,
					   what);
	return false;
}

/* ---- words ---------------------------------------------------------------------------------- */

static void blanks_skip(struct reader *reader)
{
	for (;; reader->at++) {
		if (*reader->at == '#')
			reader->at += strcspn(reader->at, "\n");
		if (*reader->at == '\n')
			reader->line++;
		else if (*reader->at == '\0' || strchr(" \t\r", *reader->at) == NULL)
			return;
	}
}

/* A word up to a blank, or what stands between quotes. ${name} is part of a word. */
static const char *word_read(struct reader *reader)
{
	struct text word = { .arena = reader->arena };
	char quote = '\0';

	text_puts(&word, "");
	if (*reader->at == '"' || *reader->at == '\'')
		quote = *reader->at++;
	for (; *reader->at != '\0'; reader->at++) {
		if (*reader->at == '\\' && reader->at[1] != '\0')
			reader->at++;
		else if (quote != '\0' ? *reader->at == quote :
			 strchr(" \t\r\n;", *reader->at) != NULL ||
			 (*reader->at == '{' && (word.len == 0 || reader->at[-1] != '$')))
			break;
		if (*reader->at == '\n')
			reader->line++;
		text_add(&word, reader->at, 1);
	}
	if (quote != '\0' && *reader->at == quote)
		reader->at++;
	return word.data;
}

static bool directive_read(struct reader *reader, struct directive *directive)
{
	directive->count = 0;
	for (;;) {
		blanks_skip(reader);
		directive->end = *reader->at;
		bool stands_alone = directive->end == '}' || directive->end == '\0';
		if (stands_alone && directive->count > 0)
			return complain(reader, "a directive does not end");
		if (directive->end == ';' || directive->end == '{' || stands_alone) {
			reader->at += directive->end != '\0';
			return directive->count > 0 || stands_alone ||
			       complain(reader, "a directive has no name");
		}
		const char *word = word_read(reader);
		if (directive->count < WORDS_MAX)
			directive->words[directive->count++] = word;
	}
}

/* ---- files ---------------------------------------------------------------------------------- */

static bool level_read(struct reader *reader, struct level *level, const char *name, char end);

static bool file_parse(struct reader *reader, const char *path, struct level *level)
{
	struct reader before = *reader;
	size_t len;

	char *text = file_read(reader->arena, path, &len);
	if (text == NULL)
		return complain(reader, arena_printf(reader->arena, "%s can't be read", path));
	reader->path = path;
	reader->at = text;
	reader->line = 1;
	reader->depth++;
	bool good = level_read(reader, level, "the file", '\0');
	reader->path = before.path;
	reader->at = before.at;
	reader->line = before.line;
	reader->depth = before.depth;
	return good;
}

static bool include_read(struct reader *reader, struct level *level, const char *pattern)
{
	const char *path = pattern[0] == '/' ? pattern :
			   arena_printf(reader->arena, INCLUDE_DIRECTORY "/%s", pattern);
	bool is_pattern = strpbrk(path, "*?[") != NULL, good = true;
	glob_t found;

	if (reader->depth >= DEPTH_MAX)
		return complain(reader, "files include one another too deeply");
	if (!is_pattern)
		return file_parse(reader, path, level);
	if (glob(path, 0, NULL, &found) != 0)
		return true;
	for (size_t n = 0; good && n < found.gl_pathc; n++)
		good = file_parse(reader, arena_strdup(reader->arena, found.gl_pathv[n]), level);
	globfree(&found);
	return good;
}

/* ---- what they say -------------------------------------------------------------------------- */

static int64_t size_of(const char *text)
{
	char *end;
	int64_t size = strtoll(text, &end, 10);

	switch (*end) {
	case 'k': case 'K':
		return size << 10;
	case 'm': case 'M':
		return size << 20;
	case 'g': case 'G':
		return size << 30;
	default:
		return size;
	}
}

/* The newest stands first, and is the one that counts when a name is there twice. */
static void param_add(struct reader *reader, struct level *level, const char *name,
		      const char *value)
{
	struct site_param *param = arena_alloc(reader->arena, sizeof(*param));

	*param = (struct site_param){ level->has_params ? level->location.params : NULL, name,
				      value };
	level->location.params = param;
	level->has_params = true;
}

static void server_add(struct reader *reader, const char *upstream, const char *address)
{
	struct site_server *server = arena_alloc(reader->arena, sizeof(*server));

	if (strncmp(address, "unix:", 5) != 0)
		return;
	*server = (struct site_server){ reader->site->servers, upstream, address + 5 };
	reader->site->servers = server;
}

/* `block` is the name of the block it stands in. */
static bool directive_take(struct reader *reader, struct level *level, const char *block,
			   const struct directive *directive)
{
	const char *name = directive->words[0];
	const char *value = directive->count > 1 ? directive->words[1] : "";

	if (strcmp(name, "include") == 0)
		return include_read(reader, level, value);
	if (strcmp(name, "fastcgi_pass") == 0)
		level->location.pass = value;
	else if (strcmp(name, "fastcgi_pass_request_headers") == 0)
		level->location.passes_headers = strcmp(value, "off") != 0;
	else if (strcmp(name, "client_max_body_size") == 0)
		level->location.body_max = size_of(value);
	else if (strcmp(name, "fastcgi_param") == 0)
		param_add(reader, level, value, directive->count > 2 ? directive->words[2] : "");
	else if (strcmp(name, "server") == 0 && strncmp(block, "upstream ", 9) == 0)
		server_add(reader, block + 9, value);
	return true;
}

static const char *block_name(struct arena *arena, const struct directive *directive)
{
	struct text name = { .arena = arena };

	for (size_t n = 0; n < directive->count; n++) {
		text_puts(&name, n == 0 ? "" : " ");
		text_puts(&name, directive->words[n]);
	}
	return name.data;
}

/* Up to the end of the block, which is a '}', or of the file. */
static bool level_read(struct reader *reader, struct level *level, const char *name, char end)
{
	struct directive directive;

	while (directive_read(reader, &directive)) {
		if (directive.count == 0)
			return directive.end == end ||
			       complain(reader, end == '}' ? "a block does not end" :
					"a block ends that did not begin");
		bool good = directive.end == '{' ?
			    block_read(reader, level, block_name(reader->arena, &directive)) :
			    directive_take(reader, level, name, &directive);
		if (!good)
			return false;
	}
	return false;
}

static bool block_read(struct reader *reader, const struct level *outer, const char *name)
{
	struct level level = { .location = outer->location };

	if (reader->depth >= DEPTH_MAX)
		return complain(reader, "blocks stand in one another too deeply");
	level.location.pass = NULL;
	level.location.name = name;
	reader->depth++;
	bool good = level_read(reader, &level, name, '}');
	reader->depth--;
	if (!good || level.location.pass == NULL)
		return good;
	struct site_location *location = arena_alloc(reader->arena, sizeof(*location));
	*location = level.location;
	*reader->last = location;
	reader->last = &location->next;
	return true;
}

/* ---- outside -------------------------------------------------------------------------------- */

bool site_read(struct arena *arena, const char *path, struct site *site, const char **why)
{
	struct reader reader = { .arena = arena, .site = site, .last = &site->locations,
				 .path = path, .line = 1 };
	struct level level = { .location = { .body_max = BODY_MAX_USUAL, .passes_headers = true } };

	*site = (struct site){ 0 };
	bool good = file_parse(&reader, path, &level);
	*why = reader.why;
	return good;
}

const char *site_socket(const struct site *site, const struct site_location *location)
{
	if (strncmp(location->pass, "unix:", 5) == 0)
		return location->pass + 5;
	for (const struct site_server *server = site->servers; server != NULL;
	     server = server->next) {
		if (strcmp(server->upstream, location->pass) == 0)
			return server->socket;
	}
	return NULL;
}

const char *site_param(const struct site_location *location, const char *name)
{
	for (const struct site_param *param = location->params; param; param = param->next) {
		if (strcmp(param->name, name) == 0)
			return param->value;
	}
	return NULL;
}
