/*
 * A strict reading of RFC 8259. json-c lets NaN, single quotes, raw control characters and
 * overlong UTF-8 pass, cuts keys at \u0000 and clamps integers; nothing of that gets past here.
 */
#include "config.h"

#include "base/json_gate.h"

#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"

#define EXPONENT_ENOUGH 100000   /* any more digits would not change the verdict */

/* What the text may stand there next. */
enum want { WANT_VALUE, WANT_KEY, WANT_FIRST_ELEMENT, WANT_FIRST_KEY, WANT_NOTHING };

struct gate {
	const unsigned char *text;
	const unsigned char *at;
	const unsigned char *end;
	const struct json_bounds *bounds;
	enum want want;
	char open[JSON_DEPTH_STORED];    /* '{' or '[' of each container around */
	size_t depth;
	size_t cost;
	struct arena *arena;
	struct json_wide **wide;         /* where the next one is hung */
	struct json_error *error;
};

/* ---- verdicts ------------------------------------------------------------------------------- */

static void error_set(struct gate *gate, enum json_fault fault, const char *reason)
{
	*gate->error = (struct json_error){
		.fault = fault, .offset = (size_t)(gate->at - gate->text), .reason = reason,
	};
}

static bool refuse(struct gate *gate, const char *reason)
{
	error_set(gate, JSON_SYNTAX, reason);
	return false;
}

/* Reading goes on: if the text turns out not to be JSON at all, that is the verdict. */
static void unstorable(struct gate *gate, const char *reason)
{
	if (gate->error->fault == JSON_OK)
		error_set(gate, JSON_UNSTORABLE, reason);
}

static void cost_add(struct gate *gate, size_t cost)
{
	gate->cost += cost;
	if (gate->cost > gate->bounds->cost)
		unstorable(gate, "too many values");
}

/* ---- characters ----------------------------------------------------------------------------- */

/* The byte at hand; 0, which is a token nowhere, at the end. */
static unsigned char here(const struct gate *gate)
{
	return gate->at < gate->end ? *gate->at : 0;
}

static bool take(struct gate *gate, unsigned char c)
{
	if (here(gate) != c || gate->at == gate->end)
		return false;
	gate->at++;
	return true;
}

static void blanks_skip(struct gate *gate)
{
	while (here(gate) == ' ' || here(gate) == '\t' || here(gate) == '\n' || here(gate) == '\r')
		gate->at++;
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* Skip digits; how many there were. */
static size_t digits_skip(struct gate *gate)
{
	const unsigned char *from = gate->at;

	while (is_digit(here(gate)))
		gate->at++;
	return (size_t)(gate->at - from);
}

/* ---- strings -------------------------------------------------------------------------------- */

/* Four hexadecimal digits at `at`; -1 when there are none. */
static int hex4_read(const struct gate *gate, const unsigned char *at)
{
	int value = 0;

	if (gate->end - at < 4)
		return -1;
	for (int n = 0; n < 4; n++) {
		unsigned char c = at[n];
		unsigned char lower = c | 0x20;
		if (is_digit(c))
			value = value << 4 | (c - '0');
		else if (lower >= 'a' && lower <= 'f')
			value = value << 4 | (lower - 'a' + 10);
		else
			return -1;
	}
	return value;
}

/* Is there the second half of a surrogate pair, behind the "\uXXXX" that we are at? */
static bool second_half_follows(const struct gate *gate)
{
	if (gate->end - gate->at < 12 || gate->at[6] != '\\' || gate->at[7] != 'u')
		return false;
	int second = hex4_read(gate, gate->at + 8);
	return second >= 0xdc00 && second <= 0xdfff;
}

/* "\uXXXX" from its backslash on, with the second half of a surrogate pair. */
static bool unicode_scan(struct gate *gate)
{
	int unit = hex4_read(gate, gate->at + 2);

	if (unit < 0)
		return refuse(gate, "\\u without four hexadecimal digits");
	if (unit == 0)
		unstorable(gate, "NUL in a string");
	bool is_pair = unit >= 0xd800 && unit <= 0xdbff && second_half_follows(gate);
	if (!is_pair && unit >= 0xd800 && unit <= 0xdfff)
		unstorable(gate, "lone surrogate in a string");
	gate->at += is_pair ? 12 : 6;
	return true;
}

static bool escape_scan(struct gate *gate)
{
	if (gate->end - gate->at < 2)
		return refuse(gate, "unfinished string");
	if (gate->at[1] == 'u')
		return unicode_scan(gate);
	if (gate->at[1] == 0 || strchr("\"\\/bfnrt", gate->at[1]) == NULL)
		return refuse(gate, "unknown escape in a string");
	gate->at += 2;
	return true;
}

static bool character_scan(struct gate *gate)
{
	if (*gate->at == '\\')
		return escape_scan(gate);
	if (*gate->at < 0x20)
		return refuse(gate, "raw control character in a string");
	size_t len = utf8_length(gate->at, (size_t)(gate->end - gate->at));
	if (len == 0)
		return refuse(gate, "bytes that are not UTF-8");
	gate->at += len;
	return true;
}

/* A string from behind its opening quote. */
static bool string_scan(struct gate *gate)
{
	while (!take(gate, '"')) {
		if (gate->at == gate->end)
			return refuse(gate, "unfinished string");
		if (!character_scan(gate))
			return false;
	}
	return true;
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* Does an integer of `len` digits lie outside int64? */
static bool is_wide(const unsigned char *digits, size_t len, bool negative)
{
	static const char *const last[] = { "9223372036854775807", "9223372036854775808" };

	if (len != 19)
		return len > 19;
	return memcmp(digits, last[negative], 19) > 0;
}

static void wide_note(struct gate *gate)
{
	struct json_wide *wide = arena_alloc(gate->arena, sizeof(*wide));

	wide->end = (size_t)(gate->at - gate->text);
	*gate->wide = wide;
	gate->wide = &wide->next;
}

/* *zeros: about how many more characters PostgreSQL will print. */
static bool exponent_scan(struct gate *gate, size_t *zeros)
{
	long value = 0;

	if (!take(gate, '-'))
		take(gate, '+');
	if (!is_digit(here(gate)))
		return refuse(gate, "a number's exponent without digits");
	for (; is_digit(here(gate)); gate->at++) {
		if (value < EXPONENT_ENOUGH)
			value = value * 10 + (here(gate) - '0');
	}
	if (value > gate->bounds->exponent)
		unstorable(gate, "a number with a huge exponent");
	else
		cost_add(gate, (size_t)value / 16);
	*zeros = (size_t)value;
	return true;
}

static bool number_scan(struct gate *gate)
{
	const unsigned char *from = gate->at;
	bool negative = take(gate, '-');
	const unsigned char *digits = gate->at;
	size_t zeros = 0;

	if (!is_digit(here(gate)))
		return refuse(gate, "a number without digits");
	if (!take(gate, '0'))
		digits_skip(gate);
	size_t len = (size_t)(gate->at - digits);
	bool integer = here(gate) != '.' && (here(gate) | 0x20) != 'e';
	if (take(gate, '.') && digits_skip(gate) == 0)
		return refuse(gate, "a number's fraction without digits");
	if ((take(gate, 'e') || take(gate, 'E')) && !exponent_scan(gate, &zeros))
		return false;
	if ((size_t)(gate->at - from) + zeros > gate->bounds->number_length)
		unstorable(gate, "a very long number");
	else if (integer && is_wide(digits, len, negative))
		wide_note(gate);
	return true;
}

/* ---- structure ------------------------------------------------------------------------------ */

static bool word_scan(struct gate *gate)
{
	static const char *const words[] = { "null", "true", "false" };

	for (size_t n = 0; n < sizeof(words) / sizeof(words[0]); n++) {
		size_t len = strlen(words[n]);
		if ((size_t)(gate->end - gate->at) >= len && memcmp(gate->at, words[n], len) == 0) {
			gate->at += len;
			return true;
		}
	}
	return refuse(gate, gate->at == gate->end ? "a value is missing" : "not a JSON value");
}

/* The depth is the one bound at which reading stops: there is no room to remember more. */
static bool container_open(struct gate *gate, char kind)
{
	if (gate->depth == gate->bounds->depth) {
		unstorable(gate, "nested too deeply");
		return false;
	}
	gate->open[gate->depth++] = kind;
	gate->want = kind == '{' ? WANT_FIRST_KEY : WANT_FIRST_ELEMENT;
	cost_add(gate, JSON_COST_CONTAINER);
	return true;
}

static bool value_scan(struct gate *gate)
{
	if (take(gate, '{'))
		return container_open(gate, '{');
	if (take(gate, '['))
		return container_open(gate, '[');
	gate->want = WANT_NOTHING;
	cost_add(gate, 1);
	if (take(gate, '"'))
		return string_scan(gate);
	if (here(gate) == '-' || is_digit(here(gate)))
		return number_scan(gate);
	return word_scan(gate);
}

static bool key_scan(struct gate *gate)
{
	if (!take(gate, '"'))
		return refuse(gate, "a key in double quotes is missing");
	if (!string_scan(gate))
		return false;
	blanks_skip(gate);
	if (!take(gate, ':'))
		return refuse(gate, "':' is missing after a key");
	gate->want = WANT_VALUE;
	cost_add(gate, 1);
	return true;
}

/* After a value inside a container: one more, or the container's end. */
static bool value_follow(struct gate *gate)
{
	char open = gate->open[gate->depth - 1];

	if (take(gate, ',')) {
		gate->want = open == '{' ? WANT_KEY : WANT_VALUE;
		return true;
	}
	if (!take(gate, open == '{' ? '}' : ']'))
		return refuse(gate, open == '{' ? "',' or '}' is missing"
						: "',' or ']' is missing");
	gate->depth--;
	return true;
}

static bool empty_container_close(struct gate *gate)
{
	if (!take(gate, gate->want == WANT_FIRST_KEY ? '}' : ']'))
		return false;
	gate->depth--;
	gate->want = WANT_NOTHING;
	return true;
}

static bool token_scan(struct gate *gate)
{
	switch (gate->want) {
	case WANT_FIRST_ELEMENT:
		return empty_container_close(gate) || value_scan(gate);
	case WANT_FIRST_KEY:
		return empty_container_close(gate) || key_scan(gate);
	case WANT_VALUE:
		return value_scan(gate);
	case WANT_KEY:
		return key_scan(gate);
	default:
		return value_follow(gate);
	}
}

bool json_gate(struct arena *arena, const struct json_bounds *bounds, struct json_input text,
	       struct json_wide **wide, struct json_error *error)
{
	const unsigned char *bytes = (const unsigned char *)text.data;
	struct gate gate = {
		.text = bytes, .at = bytes, .end = bytes + text.len, .bounds = bounds,
		.want = WANT_VALUE, .arena = arena, .wide = wide, .error = error,
	};

	*error = (struct json_error){ .fault = JSON_OK };
	*wide = NULL;
	do {
		blanks_skip(&gate);
		if (!token_scan(&gate))
			return false;
	} while (gate.depth > 0 || gate.want != WANT_NOTHING);
	blanks_skip(&gate);
	if (gate.at != gate.end)
		return refuse(&gate, "something follows the value");
	return error->fault == JSON_OK;
}
