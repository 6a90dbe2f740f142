/* A dump as characters: blanks, comments, and values as MariaDB writes them. */
#include "config.h"

#include "moving/dump_int.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"

/* ---- characters ----------------------------------------------------------------------------- */

void dump_begin(struct dump *dump)
{
	dump->ahead[0] = getc_unlocked(dump->in);
	dump->ahead[1] = dump->ahead[0] == EOF ? EOF : getc_unlocked(dump->in);
}

int dump_peek(const struct dump *dump)
{
	return dump->ahead[0];
}

int dump_take(struct dump *dump)
{
	int taken = dump->ahead[0];

	if (taken == EOF)
		return EOF;
	dump->offset++;
	dump->line += taken == '\n';
	dump->ahead[0] = dump->ahead[1];
	dump->ahead[1] = dump->ahead[0] == EOF ? EOF : getc_unlocked(dump->in);
	return taken;
}

bool dump_broken(struct dump *dump, const char *what)
{
	if (dump->fault == NULL)
		dump->fault = arena_printf(dump->arena, "line %lld: %s", (long long)dump->line,
					   what);
	return false;
}

bool dump_at_end(struct dump *dump)
{
	if (ferror(dump->in) != 0)
		return dump_broken(dump, strerror(errno));
	return true;
}

bool (dump_cut_off)(struct dump *dump)
{
	return dump_at_end(dump) && dump_broken(dump, "the file ends within a statement");
}

bool dump_expect(struct dump *dump, int character)
{
	char what[] = "\" \" is missing";

	if (dump_peek(dump) == character) {
		dump_take(dump);
		return true;
	}
	what[1] = (char)character;
	return dump_peek(dump) == EOF ? dump_cut_off(dump) : dump_broken(dump, what);
}

/* ---- blanks and comments -------------------------------------------------------------------- */

/* Only what stands alone in its line is the programs' own word. */
static void comment_line(struct dump *dump)
{
	static const char completed[] = "-- Dump completed";
	size_t same = 0;

	for (; dump_peek(dump) != '\n' && dump_peek(dump) != EOF; dump_take(dump)) {
		if (same < sizeof(completed) - 1)
			same = dump_peek(dump) == completed[same] ? same + 1 : sizeof(completed);
	}
	dump->is_complete = dump->is_complete || same == sizeof(completed) - 1;
}

static void comment_block(struct dump *dump)
{
	int before = 0;

	dump_take(dump);
	dump_take(dump);
	while (dump_peek(dump) != EOF && !(before == '*' && dump_peek(dump) == '/'))
		before = dump_take(dump);
	dump_take(dump);
}

void dump_blank(struct dump *dump)
{
	for (;;) {
		int at = dump->ahead[0], then = dump->ahead[1];
		if (isspace(at))
			dump_take(dump);
		else if (at == '#' || (at == '-' && then == '-'))
			comment_line(dump);
		else if (at == '/' && then == '*')
			comment_block(dump);
		else
			return;
	}
}

/* ---- values --------------------------------------------------------------------------------- */

static bool value_add(struct dump *dump, struct text *value, int byte)
{
	if (++dump->row_size > DUMP_ROW_MAX)
		return dump_broken(dump, "a row is too large");
	text_add(value, (const char[]){ (char)byte }, 1);
	return true;
}

/* What a backslash and this character stand for. */
static int unescaped(int character)
{
	static const char escapes[] = "0bnrtZ", meant[] = "\0\b\n\r\t\x1a";
	const char *at = character == 0 ? NULL : strchr(escapes, character);

	return at == NULL ? character : meant[at - escapes];
}

bool dump_quoted(struct dump *dump, bool escapes, struct dump_cell *cell)
{
	struct text value = { .arena = dump->row };
	int quote = dump_take(dump);

	text_puts(&value, "");
	for (;;) {
		int taken = dump_take(dump);
		if (taken == quote && dump_peek(dump) != quote)
			break;
		if (taken == quote)
			dump_take(dump);
		else if (taken == '\\' && escapes)
			taken = unescaped(dump_take(dump));
		if (taken == EOF)
			return dump_cut_off(dump);
		if (!value_add(dump, &value, taken))
			return false;
	}
	*cell = (struct dump_cell){ value.data, value.len };
	return true;
}

static int digit_value(int digit)
{
	return isdigit(digit) ? digit - '0' : tolower(digit) - 'a' + 10;
}

static bool hex_read(struct dump *dump, struct dump_cell *cell)
{
	struct text value = { .arena = dump->row };

	text_puts(&value, "");
	while (isxdigit(dump_peek(dump))) {
		int high = digit_value(dump_take(dump));
		if (!isxdigit(dump_peek(dump)))
			return dump_broken(dump, "an odd number of hexadecimal digits");
		if (!value_add(dump, &value, high * 16 + digit_value(dump_take(dump))))
			return false;
	}
	*cell = (struct dump_cell){ value.data, value.len };
	return true;
}

static bool number_read(struct dump *dump, struct dump_cell *cell)
{
	struct text value = { .arena = dump->row };

	if (dump->ahead[0] == '0' && dump->ahead[1] == 'x') {
		dump_take(dump);
		dump_take(dump);
		return hex_read(dump, cell);
	}
	text_puts(&value, "");
	while (isalnum(dump_peek(dump)) || (dump_peek(dump) != 0 && dump_peek(dump) != EOF &&
					    strchr("+-.", dump_peek(dump)) != NULL)) {
		if (!value_add(dump, &value, dump_take(dump)))
			return false;
	}
	*cell = (struct dump_cell){ value.data, value.len };
	return true;
}

static bool quoted_hex_read(struct dump *dump, struct dump_cell *cell)
{
	dump_take(dump);
	return dump_expect(dump, '\'') && hex_read(dump, cell) && dump_expect(dump, '\'');
}

/* The name of a character set, and a text: _binary '...'. */
static bool introduced_read(struct dump *dump, struct dump_cell *cell)
{
	while (isalnum(dump_peek(dump)) || dump_peek(dump) == '_')
		dump_take(dump);
	dump_blank(dump);
	int at = dump_peek(dump);
	if (at == '\'' || at == '"')
		return dump_quoted(dump, true, cell);
	if (at == 'x' || at == 'X')
		return quoted_hex_read(dump, cell);
	return at == EOF ? dump_cut_off(dump) : dump_broken(dump, "a text is missing");
}

static bool null_read(struct dump *dump, struct dump_cell *cell)
{
	struct dump_cell word;

	if (!number_read(dump, &word))
		return false;
	*cell = (struct dump_cell){ NULL, 0 };
	return strcmp(word.text, "NULL") == 0 || dump_broken(dump, "a value is no value");
}

bool dump_value(struct dump *dump, struct dump_cell *cell)
{
	dump_blank(dump);
	int at = dump->ahead[0], then = dump->ahead[1];

	if (at == '\'' || at == '"')
		return dump_quoted(dump, true, cell);
	if ((at == 'x' || at == 'X') && then == '\'')
		return quoted_hex_read(dump, cell);
	if (at == '_')
		return introduced_read(dump, cell);
	if (isdigit(at) || at == '-' || at == '+' || at == '.')
		return number_read(dump, cell);
	return at == EOF ? dump_cut_off(dump) : null_read(dump, cell);
}
