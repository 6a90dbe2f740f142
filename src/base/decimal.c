/* Numbers compared as they are written, without the rounding of a double. */
#include "config.h"

#include "base/decimal.h"

#include <ctype.h>
#include <stdlib.h>

/* The digits that count are from first to last, both not zero; first is NULL for zero. */
struct decimal {
	bool negative;
	const char *first;
	const char *last;
	long magnitude;   /* power of ten that the first digit stands for */
};

/* Walk over a number's digits, whole and fraction; returns where its exponent begins. */
static const char *digits_read(const char *text, struct decimal *decimal)
{
	bool fraction = false;
	long whole = 0, place = 0;   /* digits before the point, and before the first that counts */

	for (; isdigit((unsigned char)*text) || *text == '.'; text++) {
		if (*text == '.') {
			fraction = true;
			continue;
		}
		whole += !fraction;
		place += decimal->first == NULL;
		if (*text == '0')
			continue;
		if (decimal->first == NULL)
			decimal->first = text;
		decimal->last = text;
	}
	decimal->magnitude = whole - place;
	return text;
}

static struct decimal decimal_read(const char *text)
{
	struct decimal decimal = { .negative = text[0] == '-' };

	text = digits_read(text + decimal.negative, &decimal);
	if (*text == 'e' || *text == 'E')
		decimal.magnitude += strtol(text + 1, NULL, 10);
	return decimal;
}

static const char *digit_next(const char *digit)
{
	digit++;
	return *digit == '.' ? digit + 1 : digit;
}

static bool digits_same(const struct decimal *a, const struct decimal *b)
{
	const char *from_a = a->first, *from_b = b->first;

	for (; *from_a == *from_b; from_a = digit_next(from_a), from_b = digit_next(from_b)) {
		if (from_a == a->last || from_b == b->last)
			return from_a == a->last && from_b == b->last;
	}
	return false;
}

bool decimal_same(const char *a, const char *b)
{
	struct decimal left = decimal_read(a), right = decimal_read(b);

	if (left.first == NULL || right.first == NULL)
		return left.first == right.first;
	return left.negative == right.negative && left.magnitude == right.magnitude &&
	       digits_same(&left, &right);
}
