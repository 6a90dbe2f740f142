/* Texts of a certain form in the Data Protection API (spec data-protection-v1 2.8). */
#include "config.h"
#include "schema/schema.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

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

bool format_not_blank(const char *value)
{
	return value[strspn(value, " \t\r\n\f\v")] != '\0';
}

/* C0, DEL, C1, and the separators of lines and paragraphs. */
bool format_printable(const char *value)
{
	const unsigned char *at = (const unsigned char *)value;

	for (; *at != '\0'; at++) {
		if (*at < 0x20 || *at == 0x7f || (at[0] == 0xc2 && at[1] < 0xa0))
			return false;
		if (at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9))
			return false;
	}
	return true;
}

bool format_map_key(const char *value)
{
	size_t len = strlen(value);
	return len >= 1 && len <= KEY_MAX && strspn(value, LETTERS_DIGITS "-_:.# ") == len;
}
