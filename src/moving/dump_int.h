/* What the two files that read dumps share. */
#ifndef PERMAFROST_MOVING_DUMP_INT_H
#define PERMAFROST_MOVING_DUMP_INT_H

#include "moving/dump.h"

#include "base/text.h"

struct dump_table {
	struct dump_table *next;
	const char *name;
	const char **columns;
	size_t count, room;
};

struct dump {
	struct arena *arena;             /* for as long as it is open */
	struct arena *row;               /* until the next row or statement */
	size_t row_size;                 /* bytes of its values until now */
	FILE *in;
	int ahead[2];                    /* the characters that come next, or EOF */
	int64_t offset;
	int64_t line;
	const char *fault;
	const char *database;            /* of USE; NULL before there was one */
	struct dump_table *tables;
	struct dump_table *inserting;    /* the table whose rows come next; NULL between them */
	bool is_complete;
};

/* ---- dump_token.c --------------------------------------------------------------------------- */

/* Look at the first characters. */
void dump_begin(struct dump *dump);

/* The next character without taking it, and taking it; EOF at the end. */
int dump_peek(const struct dump *dump);
int dump_take(struct dump *dump);

/* Pass over blanks and comments. */
void dump_blank(struct dump *dump);

/* Say what is wrong on this line, unless something was before. False. */
bool dump_broken(struct dump *dump, const char *what);
/* The file ends where it may not. False. */
bool dump_cut_off(struct dump *dump);
#ifdef __clang_analyzer__   /* it reads file by file and can't see that this returns false */
#define dump_cut_off(...) ((void)dump_cut_off(__VA_ARGS__), false)
#endif
/* Is this end a good one? False, with the fault, when the file could not be read. */
bool dump_at_end(struct dump *dump);

/* Take this character; false, with the fault, when another one comes. */
bool dump_expect(struct dump *dump, int character);

/* Take what stands in quotes, of the kind that comes next; a backslash escapes when `escapes`. */
bool dump_quoted(struct dump *dump, bool escapes, struct dump_cell *cell);

/* Take a value: NULL, a number, a text, or bytes in hexadecimal. */
bool dump_value(struct dump *dump, struct dump_cell *cell);

#endif
