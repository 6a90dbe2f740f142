/* Texts of a certain form in the Data Protection API (spec data-protection-v1 2.8). */
#include "config.h"
#include "schema/schema.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

#define LETTERS_DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

#define KEY_MAX 255
#define UUID_DIGITS 32

/* ---- ids ------------------------------------------------------------------------------------ */

static const char *prefix_skip(const char *text)
{
	static const char *const prefixes[] = { "urn:", "uuid:" };

	for (size_t n = 0; n < sizeof(prefixes) / sizeof(prefixes[0]); n++) {
		if (strncasecmp(text, prefixes[n], strlen(prefixes[n])) == 0)
			text += strlen(prefixes[n]);
	}
	return text;
}

bool uuid_canonical(const char *text, char out[UUID_DASHED_SIZE])
{
	size_t digits = 0, used = 0;

	for (text = prefix_skip(text); *text != '\0'; text++) {
		if (strchr("{}-", *text) != NULL)
			continue;
		if (!isxdigit((unsigned char)*text) || digits == UUID_DIGITS)
			return false;
		if (digits == 8 || digits == 12 || digits == 16 || digits == 20)
			out[used++] = '-';
		out[used++] = (char)tolower((unsigned char)*text);
		digits++;
	}
	out[used] = '\0';
	return digits == UUID_DIGITS;
}

bool format_uuid(const char *value)
{
	char canonical[UUID_DASHED_SIZE];
	return uuid_canonical(value, canonical);
}

bool format_resource_id(const char *value)
{
	size_t len = strlen(value);

	return len <= KEY_MAX && strspn(value, LETTERS_DIGITS "-_:.") == len &&
	       strcspn(value, LETTERS_DIGITS) < len;
}

/* ---- words ---------------------------------------------------------------------------------- */

/* Code points, from and to. */
struct span {
	uint32_t first, last;
};

/* What Unicode calls white space. */
static const struct span blank[] = {
	{ 0x9, 0xd }, { 0x1c, 0x20 }, { 0x85, 0x85 }, { 0xa0, 0xa0 }, { 0x1680, 0x1680 },
	{ 0x2000, 0x200a }, { 0x2028, 0x2029 }, { 0x202f, 0x202f }, { 0x205f, 0x205f },
	{ 0x3000, 0x3000 },
};

/* Unicode's categories Cc, Cf, Co, Zl and Zp: what is not seen, and what turns text around. */
static const struct span unprintable[] = {
	{ 0x0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x600, 0x605 }, { 0x61c, 0x61c },
	{ 0x6dd, 0x6dd }, { 0x70f, 0x70f }, { 0x890, 0x891 }, { 0x8e2, 0x8e2 },
	{ 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x2064 },
	{ 0x2066, 0x206f }, { 0xe000, 0xf8ff }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },
	{ 0x110bd, 0x110bd }, { 0x110cd, 0x110cd }, { 0x13430, 0x13438 },
	{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0001, 0xe0001 },
	{ 0xe0020, 0xe007f }, { 0xf0000, 0xffffd }, { 0x100000, 0x10fffd },
};

#define COUNT(spans) (sizeof(spans) / sizeof((spans)[0]))

/* Of a character of well-formed UTF-8. */
static uint32_t code_point(const unsigned char *at, size_t len)
{
	uint32_t point = len == 1 ? at[0] : at[0] & (0x7fU >> len);

	for (size_t n = 1; n < len; n++)
		point = point << 6 | (at[n] & 0x3f);
	return point;
}

static bool is_within(uint32_t point, const struct span *spans, size_t count)
{
	for (size_t n = 0; n < count; n++) {
		if (point >= spans[n].first && point <= spans[n].last)
			return true;
	}
	return false;
}

/* As strspn() and strcspn(), of characters: bytes before the first that is not within, or is. */
static size_t prefix(const char *value, const struct span *spans, size_t count, bool within)
{
	const unsigned char *at = (const unsigned char *)value;
	size_t len = strlen(value), done = 0, step;

	while ((step = utf8_length(at + done, len - done)) > 0 &&
	       is_within(code_point(at + done, step), spans, count) == within)
		done += step;
	return done;
}

bool format_not_blank(const char *value)
{
	return value[prefix(value, blank, COUNT(blank), true)] != '\0';
}

bool format_printable(const char *value)
{
	return value[prefix(value, unprintable, COUNT(unprintable), false)] == '\0';
}

bool format_map_key(const char *value)
{
	size_t len = strlen(value);
	return len >= 1 && len <= KEY_MAX && strspn(value, LETTERS_DIGITS "-_:.# ") == len;
}
