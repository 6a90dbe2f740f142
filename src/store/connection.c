/* Is the connection string one that libpq understands, and as it was meant? */
#include "config.h"

#include "store/store_int.h"

#include <string.h>

#include "base/log.h"

static bool is_uri(const char *text)
{
	return strncmp(text, "postgresql://", 13) == 0 || strncmp(text, "postgres://", 11) == 0;
}

/* Host names of a list, none with an @ inside; before the first letter it means a socket. */
static bool hosts_are_sound(const char *hosts)
{
	for (const char *at = strchr(hosts, '@'); at != NULL; at = strchr(at + 1, '@')) {
		if (at != hosts && at[-1] != ',')
			return false;
	}
	return true;
}

/* A piece of a password that was not quoted lands in one of these, and in libpq's messages. */
static bool option_is_sound(const PQconninfoOption *option, bool in_uri)
{
	if (option->val == NULL)
		return true;
	if (strcmp(option->keyword, "port") == 0)
		return option->val[strspn(option->val, "0123456789,")] == '\0';
	if (strcmp(option->keyword, "host") == 0)
		return hosts_are_sound(option->val);
	if (strcmp(option->keyword, "dbname") == 0)
		return !in_uri || strchr(option->val, '@') == NULL;
	return true;
}

/* Without "=" and scheme it is the name of a database. */
static bool is_sound(const char *text)
{
	if (strchr(text, '=') == NULL && !is_uri(text))
		return true;
	PQconninfoOption *options = PQconninfoParse(text, NULL);
	bool sound = options != NULL;
	for (PQconninfoOption *option = options; sound && option->keyword != NULL; option++)
		sound = option_is_sound(option, is_uri(text));
	PQconninfoFree(options);
	return sound;
}

bool connection_check(const char *text)
{
	if (is_sound(text))
		return true;
	log_error("[database] connection is nothing that libpq understands; it isn't shown, as it "
		  "may hold a password\n"
		  "hint: in a password put single quotes around blanks; in a URI write %%40 for @, "
		  "%%2F for /, %%3A for :");
	return false;
}
