/* A growing piece of text in an arena, and the few string questions everyone asks. */
#include "config.h"

#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"

#define ROOM_MIN 256

/* Make sure that `more` bytes and the final NUL fit. */
static void text_reserve(struct text *text, size_t more)
{
	size_t needed = text->len + more + 1;

	if (needed <= text->room)
		return;
	size_t room = text->room < ROOM_MIN ? ROOM_MIN : text->room * 2;
	if (room < needed)
		room = needed;
	char *data = arena_alloc(text->arena, room);
	if (text->len > 0)
		memcpy(data, text->data, text->len);
	text->data = data;
	text->room = room;
}

void text_add(struct text *text, const char *data, size_t len)
{
	text_reserve(text, len);
	if (len > 0)
		memcpy(text->data + text->len, data, len);
	text->len += len;
	text->data[text->len] = '\0';
}

void text_puts(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		abort();
	text_reserve(text, (size_t)len);
	va_start(args, format);
	vsnprintf(text->data + text->len, (size_t)len + 1, format, args);
	va_end(args);
	text->len += (size_t)len;
}

static void json_escape_add(struct text *text, unsigned char c)
{
	static const char shorts[] = { ['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
				       ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't' };

	if (c < sizeof(shorts) && shorts[c] != 0)
		text_add(text, (const char[]){ '\\', shorts[c] }, 2);
	else
		text_printf(text, "\\u%04x", c);
}

void text_json_string(struct text *text, const char *string)
{
	if (string == NULL) {
		text_puts(text, "null");
		return;
	}
	text_add(text, "\"", 1);
	for (size_t left = strlen(string), step; left > 0; left -= step, string += step) {
		unsigned char c = (unsigned char)*string;
		step = utf8_length((const unsigned char *)string, left);
		if (c < 0x20 || c == '"' || c == '\\') {
			json_escape_add(text, c);
		} else if (step > 0) {
			text_add(text, string, step);
		} else {
			text_puts(text, "\xef\xbf\xbd");   /* U+FFFD */
			step = 1;
		}
	}
	text_add(text, "\"", 1);
}

void text_hex(char *out, const unsigned char *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t n = 0; n < len; n++) {
		*out++ = digits[bytes[n] >> 4];
		*out++ = digits[bytes[n] & 15];
	}
	*out = '\0';
}

bool text_is_one_of(const char *text, const char *const *words)
{
	for (; text != NULL && *words != NULL; words++) {
		if (strcmp(text, *words) == 0)
			return true;
	}
	return false;
}

bool text_to_int64(const char *string, int64_t *value)
{
	const char *digits = string[0] == '-' || string[0] == '+' ? string + 1 : string;
	char *end;

	if (!isdigit((unsigned char)digits[0]))
		return false;
	errno = 0;
	long long number = strtoll(string, &end, 10);
	if (errno != 0 || *end != '\0')
		return false;
	*value = number;
	return true;
}
