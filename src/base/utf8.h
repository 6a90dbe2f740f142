/* UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef PERMAFROST_BASE_UTF8_H
#define PERMAFROST_BASE_UTF8_H

#include <stddef.h>

/* Bytes of the well-formed character that begins at `at` (`left` bytes are there); 0 for none. */
static inline size_t utf8_length(const unsigned char *at, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;   /* bounds of the second byte */
	size_t len;

	if (left == 0)
		return 0;
	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	len = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	if (at[0] == 0xe0)
		low = 0xa0;
	else if (at[0] == 0xed)
		high = 0x9f;
	else if (at[0] == 0xf0)
		low = 0x90;
	else if (at[0] == 0xf4)
		high = 0x8f;
	if (len > left || at[1] < low || at[1] > high)
		return 0;
	for (size_t n = 2; n < len; n++) {
		if ((at[n] & 0xc0) != 0x80)
			return 0;
	}
	return len;
}

#endif
