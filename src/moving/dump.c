/* A dump as statements: tables are learned, rows handed out, all else is passed over. */
#include "config.h"

#include "moving/dump.h"
#include "moving/dump_int.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

/* ---- names ---------------------------------------------------------------------------------- */

/* A bare word, with its letters and digits; "" when there is none. */
static const char *word_read(struct dump *dump)
{
	struct text word = { .arena = dump->row };

	text_puts(&word, "");
	while (isalnum(dump_peek(dump)) || dump_peek(dump) == '_')
		text_add(&word, (const char[]){ (char)dump_take(dump) }, 1);
	return word.data;
}

/* A name, bare, in backticks or in double quotes; NULL when there is none. */
static const char *name_read(struct dump *dump)
{
	int quote = dump_peek(dump);
	struct dump_cell name;

	if (quote == '`' || quote == '"')
		return dump_quoted(dump, false, &name) ? name.text : NULL;
	const char *word = word_read(dump);
	return word[0] == '\0' ? NULL : word;
}

/* ---- tables --------------------------------------------------------------------------------- */

static struct dump_table *table_find(const struct dump *dump, const char *name)
{
	for (struct dump_table *table = dump->tables; table != NULL; table = table->next) {
		if (strcmp(table->name, name) == 0)
			return table;
	}
	return NULL;
}

static struct dump_table *table_make(struct dump *dump, const char *name)
{
	struct dump_table *table = arena_alloc(dump->arena, sizeof(*table));

	table->name = arena_strdup(dump->arena, name);
	table->next = dump->tables;
	dump->tables = table;
	return table;
}

static void column_add(struct dump *dump, struct dump_table *table, const char *name)
{
	if (table->count == table->room) {
		table->room = table->room == 0 ? 32 : table->room * 2;
		const char **more = arena_alloc(dump->arena, table->room * sizeof(*more));
		for (size_t n = 0; n < table->count; n++)
			more[n] = table->columns[n];
		table->columns = more;
	}
	table->columns[table->count++] = arena_strdup(dump->arena, name);
}

/* To the comma or parenthesis that ends what stands at this depth; it is not taken. */
static bool definition_pass(struct dump *dump)
{
	struct dump_cell passed;
	int depth = 0, at;

	while ((at = dump_peek(dump)) != EOF) {
		if (depth == 0 && (at == ',' || at == ')'))
			return true;
		if (at == '\'' || at == '"' || at == '`') {
			if (!dump_quoted(dump, at != '`', &passed))
				return false;
			continue;
		}
		depth += (at == '(') - (at == ')');
		dump_take(dump);
	}
	return dump_cut_off(dump);
}

/* "(name type, ..., PRIMARY KEY (...))": what begins with a quoted name is a column. */
static bool columns_define(struct dump *dump, struct dump_table *table)
{
	do {
		dump_take(dump);
		dump_blank(dump);
		if (dump_peek(dump) == '`' || dump_peek(dump) == '"') {
			const char *name = name_read(dump);
			if (name == NULL)
				return false;
			column_add(dump, table, name);
		}
		if (!definition_pass(dump))
			return false;
	} while (dump_peek(dump) == ',');
	dump_take(dump);
	return true;
}

/* "(name, name)" of an INSERT. */
static bool columns_list(struct dump *dump, struct dump_table *table)
{
	do {
		dump_take(dump);
		dump_blank(dump);
		const char *name = name_read(dump);
		if (name == NULL)
			return dump_broken(dump, "a column's name is missing");
		column_add(dump, table, name);
		dump_blank(dump);
	} while (dump_peek(dump) == ',');
	return dump_expect(dump, ')');
}

/* ---- statements ----------------------------------------------------------------------------- */

/* To the end of a statement that says nothing to us. */
static bool statement_pass(struct dump *dump)
{
	struct dump_cell passed;

	for (;;) {
		dump_blank(dump);
		int at = dump_peek(dump);
		if (at == EOF)
			return dump_cut_off(dump);
		if (at == '\'' || at == '"' || at == '`') {
			if (!dump_quoted(dump, at != '`', &passed))
				return false;
			continue;
		}
		dump_take(dump);
		if (at == ';')
			return true;
	}
}

/* The next word of a statement, blanks before it passed over. */
static const char *word_next(struct dump *dump)
{
	dump_blank(dump);
	return word_read(dump);
}

static bool statement_create(struct dump *dump)
{
	if (strcasecmp(word_next(dump), "TABLE") != 0)
		return statement_pass(dump);
	dump_blank(dump);
	const char *name = name_read(dump);
	while (name != NULL && (strcasecmp(name, "IF") == 0 || strcasecmp(name, "NOT") == 0 ||
				strcasecmp(name, "EXISTS") == 0)) {
		dump_blank(dump);
		name = name_read(dump);
	}
	if (name == NULL)
		return dump_broken(dump, "a table's name is missing");
	dump_blank(dump);
	if (table_find(dump, name) == NULL && dump_peek(dump) == '(' &&
	    !columns_define(dump, table_make(dump, name)))
		return false;
	return statement_pass(dump);
}

/* Tables of the same name in two databases could not be told from one another. */
static bool statement_use(struct dump *dump)
{
	dump_blank(dump);
	const char *name = name_read(dump);

	if (name == NULL)
		return dump_broken(dump, "a database's name is missing");
	if (dump->database != NULL && strcmp(dump->database, name) != 0)
		return dump_broken(dump, "it holds more than one database");
	dump->database = arena_strdup(dump->arena, name);
	return statement_pass(dump);
}

/* Up to the first row: INSERT INTO `name` [(columns)] VALUES */
static bool statement_insert(struct dump *dump)
{
	dump_blank(dump);
	const char *name = name_read(dump);
	while (name != NULL && (strcasecmp(name, "INTO") == 0 || strcasecmp(name, "IGNORE") == 0)) {
		dump_blank(dump);
		name = name_read(dump);
	}
	if (name == NULL)
		return dump_broken(dump, "a table's name is missing");
	struct dump_table *table = table_find(dump, name);
	if (table == NULL)
		table = table_make(dump, name);
	dump_blank(dump);
	if (dump_peek(dump) == '(') {
		table->count = 0;
		if (!columns_list(dump, table))
			return false;
	}
	if (strcasecmp(word_next(dump), "VALUES") != 0)
		return dump_broken(dump, "VALUES is missing");
	if (table->count == 0)
		return dump_broken(dump, "it does not say which columns its tables have");
	dump->inserting = table;
	dump_blank(dump);
	return true;
}

static void line_pass(struct dump *dump)
{
	while (dump_peek(dump) != '\n' && dump_peek(dump) != EOF)
		dump_take(dump);
}

/* One statement, or the beginning of one with rows. */
static bool statement_read(struct dump *dump)
{
	if (dump_peek(dump) == ';') {
		dump_take(dump);
		return true;
	}
	const char *word = word_read(dump);
	if (strcasecmp(word, "CREATE") == 0)
		return statement_create(dump);
	if (strcasecmp(word, "INSERT") == 0 || strcasecmp(word, "REPLACE") == 0)
		return statement_insert(dump);
	if (strcasecmp(word, "USE") == 0)
		return statement_use(dump);
	if (strcasecmp(word, "DELIMITER") == 0) {
		line_pass(dump);
		return true;
	}
	if (word[0] == '\0')
		return dump_broken(dump, "this is no SQL");
	return statement_pass(dump);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static bool row_read(struct dump *dump, struct dump_row *row)
{
	const struct dump_table *table = dump->inserting;
	struct dump_cell *cells = arena_alloc(dump->row, table->count * sizeof(*cells));

	if (!dump_expect(dump, '('))
		return false;
	for (size_t n = 0; n < table->count; n++) {
		if (n > 0 && !dump_expect(dump, ','))
			return false;
		if (!dump_value(dump, &cells[n]))
			return false;
		dump_blank(dump);
	}
	if (!dump_expect(dump, ')'))
		return false;
	dump_blank(dump);
	int end = dump_take(dump);
	if (end != ',' && end != ';')
		return end == EOF ? dump_cut_off(dump) : dump_broken(dump, "a row does not end");
	if (end == ';')
		dump->inserting = NULL;
	else
		dump_blank(dump);
	*row = (struct dump_row){ table->name, table->count, table->columns, cells };
	return true;
}

static void row_forget(struct dump *dump)
{
	arena_reset(dump->row);
	dump->row_size = 0;
}

enum dump_step dump_next(struct dump *dump, struct dump_row *row)
{
	row_forget(dump);
	while (dump->fault == NULL) {
		if (dump->inserting != NULL)
			return row_read(dump, row) ? DUMP_ROW : DUMP_BROKEN;
		dump_blank(dump);
		if (dump_peek(dump) == EOF)
			return dump_at_end(dump) ? DUMP_END : DUMP_BROKEN;
		row_forget(dump);
		if (!statement_read(dump))
			break;
	}
	return DUMP_BROKEN;
}

/* ---- asked ---------------------------------------------------------------------------------- */

struct dump *dump_open(FILE *in)
{
	struct arena *arena = arena_new();
	struct dump *dump = arena_alloc(arena, sizeof(*dump));

	dump->arena = arena;
	dump->row = arena_new();
	dump->in = in;
	dump->line = 1;
	dump_begin(dump);
	return dump;
}

void dump_close(struct dump *dump)
{
	arena_free(dump->row);
	arena_free(dump->arena);
}

const char *dump_fault(const struct dump *dump)
{
	return dump->fault;
}

int64_t dump_offset(const struct dump *dump)
{
	return dump->offset;
}

bool dump_has_table(const struct dump *dump, const char *name)
{
	return table_find(dump, name) != NULL;
}

bool dump_is_complete(const struct dump *dump)
{
	return dump->is_complete;
}

static size_t column_find(const struct dump_row *row, const char *column)
{
	size_t n = 0;

	while (n < row->count && strcmp(row->columns[n], column) != 0)
		n++;
	return n;
}

const struct dump_cell *dump_cell(const struct dump_row *row, const char *column)
{
	size_t n = column_find(row, column);

	return n == row->count || row->cells[n].text == NULL ? NULL : &row->cells[n];
}

bool dump_has_column(const struct dump_row *row, const char *column)
{
	return column_find(row, column) < row->count;
}
