/* Texts of a certain form: names, client ids, dates, intervals (spec freezer-v1-v2 2.16, 4.3). */
#include "config.h"
#include "schema/schema.h"

#include <string.h>

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define WORD LETTERS DIGITS "_-"

#define LABEL_MAX 63

/* ---- names ---------------------------------------------------------------------------------- */

bool format_word_or_empty(const char *value)
{
	return value[strspn(value, WORD)] == '\0';
}

bool format_word(const char *value)
{
	return *value != '\0' && format_word_or_empty(value);
}

bool format_hostname(const char *value)
{
	return strpbrk(value, LETTERS DIGITS) != NULL;
}

/* Labels joined by dots. */
static bool is_host(const char *value)
{
	for (;;) {
		size_t len = strspn(value, LETTERS DIGITS "-");

		if (len == 0 || len > LABEL_MAX || value[0] == '-' || value[len - 1] == '-')
			return false;
		if (value[len] == '\0')
			return true;
		if (value[len] != '.')
			return false;
		value += len + 1;
	}
}

/* A host has no underscore, so whatever precedes the last one is the prefix. */
bool format_client_id(const char *value)
{
	const char *underscore = strrchr(value, '_');

	if (underscore == NULL)
		return is_host(value);
	return underscore > value && strspn(value, WORD) >= (size_t)(underscore - value) &&
	       is_host(underscore + 1);
}

/* ---- times ---------------------------------------------------------------------------------- */

/* Takes `len` digits from the front of *value: their number, or -1 when they are not there. */
static int take_digits(const char **value, size_t len)
{
	int number = 0;

	if (strspn(*value, DIGITS) < len)
		return -1;
	for (size_t i = 0; i < len; i++)
		number = number * 10 + (*value)[i] - '0';
	*value += len;
	return number;
}

static bool take_number(const char **value, int least, int most)
{
	int number = take_digits(value, 2);

	return number >= least && number <= most;
}

static bool take_letter(const char **value, char letter)
{
	if (**value != letter)
		return false;
	(*value)++;
	return true;
}

static bool take_year(const char **value)
{
	take_letter(value, '-');
	size_t len = strspn(*value, DIGITS);
	*value += len;
	return len >= 4;
}

static bool take_fraction(const char **value)
{
	if (!take_letter(value, '.'))
		return true;
	size_t len = strspn(*value, DIGITS);
	*value += len;
	return len > 0;
}

static bool take_zone(const char **value)
{
	if (**value == '\0' || take_letter(value, 'Z'))
		return true;
	return (take_letter(value, '+') || take_letter(value, '-')) &&
	       take_number(value, 0, 23) && take_letter(value, ':') && take_number(value, 0, 59);
}

/* By range of each part; 30 February passes, as the contract has it. */
bool format_schedule_date(const char *value)
{
	return take_year(&value) &&
	       take_letter(&value, '-') && take_number(&value, 1, 12) &&
	       take_letter(&value, '-') && take_number(&value, 1, 31) &&
	       take_letter(&value, 'T') && take_number(&value, 0, 23) &&
	       take_letter(&value, ':') && take_number(&value, 0, 59) &&
	       take_letter(&value, ':') && take_number(&value, 0, 59) &&
	       take_fraction(&value) && take_zone(&value) && *value == '\0';
}

bool format_schedule_interval(const char *value)
{
	static const char *const units[] = { "weeks", "days", "hours", "minutes", "seconds" };
	size_t digits = strspn(value, DIGITS);
	size_t blanks = strspn(value + digits, " ");

	if (strcmp(value, "continuous") == 0)
		return true;
	if (digits == 0 || blanks == 0)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(value + digits + blanks, units[i]) == 0)
			return true;
	return false;
}

bool format_year(const char *value)
{
	return strspn(value, DIGITS) == 4 && value[4] == '\0';
}
