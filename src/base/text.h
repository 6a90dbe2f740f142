/* A growing piece of text in an arena, and the few string questions everyone asks. */
#ifndef PERMAFROST_BASE_TEXT_H
#define PERMAFROST_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* data is NUL-terminated at len whenever anything was added; NULL before that. */
struct text {
	struct arena *arena;
	char *data;
	size_t len;
	size_t room;
};

void text_add(struct text *text, const char *data, size_t len);
void text_puts(struct text *text, const char *string);
void text_printf(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* `string` as a quoted JSON string, escaped per RFC 8259 section 7. */
void text_json_string(struct text *text, const char *string);

/* Lower-case hexadecimal of `len` bytes; `out` holds 2 * len + 1. */
void text_hex(char *out, const unsigned char *bytes, size_t len);

/* Is the text one of the words, which NULL ends? A text that is NULL is none. */
bool text_is_one_of(const char *text, const char *const *words);

/* True when all of `string` is a decimal integer that fits; blanks are not allowed. */
bool text_to_int64(const char *string, int64_t *value);

#endif
