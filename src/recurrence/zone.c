/* Names of time zones. Times are UTC whatever a TZID says, but a name that is none is a mistake. */
#include "config.h"

#include "recurrence/recurrence_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/log.h"

#define ZONES "/usr/share/zoneinfo"
#define ZONE_NAME_MAX 64

/* Parts of letters, digits, "_+-" between single slashes: there is no way out of the directory. */
static bool is_zone_name(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_+-/";
	size_t len = strlen(name);

	return len > 0 && len <= ZONE_NAME_MAX && strspn(name, letters) == len &&
	       name[0] != '/' && name[len - 1] != '/' && strstr(name, "//") == NULL;
}

bool zone_exists(const char *name)
{
	char path[sizeof(ZONES) + ZONE_NAME_MAX + 1];
	struct stat status;

	if (!is_zone_name(name))
		return false;
	if (strcmp(name, "UTC") == 0 || stat(ZONES, &status) != 0)
		return true;
	snprintf(path, sizeof(path), "%s/%s", ZONES, name);
	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

bool recurrence_zone_use(const char *name)
{
	if (!zone_exists(name)) {
		log_error("[engine] schedule_time_zone: there is no time zone \"%s\"", name);
		return false;
	}
	setenv("TZ", name, 1);
	tzset();
	return true;
}
