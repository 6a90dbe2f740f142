/* doctor: the files that an operator writes, who may read and who may change them. */
#include "config.h"

#include "admin/doctor_int.h"

#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/files.h"
#include "base/settings.h"
#include "karbor/seal.h"
#include "policy/policy.h"
#include "provider/provider.h"

#define USER_USUAL "permafrost"

static const char *const blanks = " \t,";

/* ---- settings ------------------------------------------------------------------------------- */

/* The policy engine is made ready too, as for every other command. */
void doctor_settings(struct checkup *checkup)
{
	if (!settings_load(checkup->wish->config) || !policy_init()) {
		doctor_tell(checkup, HEALTH_BAD,
			    "mend the line: permafrost.conf(5) has the options", "%s",
			    doctor_said(checkup, "they can't be read"));
		return;
	}
	checkup->has |= HAS_SETTINGS;
	if (checkup->said.len > 0)
		doctor_tell(checkup, HEALTH_WARN, "mend the name, or unset it", "%s",
			    checkup->said.data);
	if (access(setting_text(SETTING_HEALTHCHECK_DISABLE), F_OK) == 0)
		doctor_tell(checkup, HEALTH_WARN, "remove it to be used again",
			    "%s is there, and keeps load balancers away",
			    setting_text(SETTING_HEALTHCHECK_DISABLE));
	if (setting_bool(SETTING_KEYSTONE_INSECURE) || setting_bool(SETTING_CLOUD_INSECURE))
		doctor_tell(checkup, HEALTH_WARN, "name their authorities in cafile instead",
			    "insecure = true believes whoever answers, and gives them tokens");
}

/* ---- every file ----------------------------------------------------------------------------- */

static bool files_look(struct arena *arena, const char *file, const char *directories,
		       const char *suffix, file_visit *visit, void *argument)
{
	struct files files = { .suffix = suffix };

	files_name(&files, file, directories);
	bool good = files_visit(&files, arena, visit, argument);
	files_free(&files);
	return good;
}

static bool settings_look(struct checkup *checkup, file_visit *visit, void *argument)
{
	struct files files;

	settings_files(checkup->wish->config, &files);
	bool good = files_visit(&files, checkup->arena, visit, argument);
	files_free(&files);
	return good;
}

static bool list_look(struct arena *arena, const char *list, file_visit *visit, void *argument)
{
	for (size_t len; *(list += strspn(list, blanks)) != '\0'; list += len) {
		len = strcspn(list, blanks);
		if (!visit(arena_strndup(arena, list, len), argument))
			return false;
	}
	return true;
}

/* Each file that a worker reads; those that are not there too. */
static bool all_look(struct checkup *checkup, file_visit *visit, void *argument)
{
	struct arena *arena = checkup->arena;

	return settings_look(checkup, visit, argument) &&
	       files_look(arena, setting_text(SETTING_POLICY_FILE),
			  setting_text(SETTING_POLICY_DIRS), NULL, visit, argument) &&
	       files_look(arena, "", setting_text(SETTING_PROVIDER_CONFIG_DIR), ".yaml", visit,
			  argument) &&
	       list_look(arena, setting_text(SETTING_SECRET_KEY_FILES), visit, argument) &&
	       list_look(arena, setting_text(SETTING_KEYSTONE_CAFILE), visit, argument) &&
	       list_look(arena, setting_text(SETTING_KEYSTONE_CERTFILE), visit, argument) &&
	       list_look(arena, setting_text(SETTING_KEYSTONE_KEYFILE), visit, argument) &&
	       list_look(arena, setting_text(SETTING_CLOUD_CAFILE), visit, argument);
}

/* ---- who may read --------------------------------------------------------------------------- */

struct reading {
	struct checkup *checkup;
	const struct account *account;
};

static bool reading_visit(const char *path, void *argument)
{
	const struct reading *reading = argument;
	const char *obstacle;

	if (!account_may(reading->checkup->arena, reading->account, path, R_OK, &obstacle))
		doctor_tell(reading->checkup, HEALTH_BAD, "chown or chmod it", "%s", obstacle);
	return true;
}

void doctor_readable(struct checkup *checkup)
{
	const char *given = checkup->wish->user;
	const char *name = given == NULL ? USER_USUAL : given;
	struct reading reading = { checkup, account_of(checkup->arena, name) };

	if (reading.account != NULL)
		all_look(checkup, reading_visit, &reading);
	else
		doctor_tell(checkup, given == NULL ? HEALTH_SKIP : HEALTH_BAD,
			    "say with --user whom the workers run as", "there is no user %s", name);
}

/* ---- who may change ------------------------------------------------------------------------- */

static bool open_to_all(const char *path, mode_t *mode)
{
	struct stat info;

	if (stat(path, &info) != 0)
		return false;
	*mode = info.st_mode & 07777;
	return (info.st_mode & S_IWOTH) != 0 && (info.st_mode & S_ISVTX) == 0;
}

static bool writing_visit(const char *path, void *argument)
{
	struct checkup *checkup = argument;
	const char *directory = dirname(arena_strdup(checkup->arena, path));
	mode_t mode;

	if (open_to_all(path, &mode) || open_to_all(path = directory, &mode))
		doctor_tell(checkup, HEALTH_BAD, arena_printf(checkup->arena, "chmod o-w %s", path),
			    "everybody may change %s, which has mode %04o", path, (unsigned)mode);
	return true;
}

void doctor_writable(struct checkup *checkup)
{
	all_look(checkup, writing_visit, checkup);
}

static bool secret_visit(const char *path, void *argument)
{
	struct checkup *checkup = argument;
	struct stat info;

	if (stat(path, &info) == 0 && (info.st_mode & S_IROTH) != 0)
		doctor_tell(checkup, HEALTH_BAD, arena_printf(checkup->arena, "chmod o-r %s", path),
			    "everybody may read %s, which holds a secret", path);
	return true;
}

void doctor_secrets(struct checkup *checkup)
{
	settings_visit_secret(checkup->arena, secret_visit, checkup);
	list_look(checkup->arena, setting_text(SETTING_KEYSTONE_KEYFILE), secret_visit, checkup);
}

/* ---- what they say -------------------------------------------------------------------------- */

void doctor_policy(struct checkup *checkup)
{
	const char *file = setting_text(SETTING_POLICY_FILE);

	if (!policy_load(file, setting_text(SETTING_POLICY_DIRS)))
		doctor_tell(checkup, HEALTH_BAD, "see permafrost-manage policy check FILE", "%s",
			    doctor_said(checkup, "a policy file is broken"));
	else if (checkup->said.len > 0)
		doctor_tell(checkup, HEALTH_WARN, "see permafrost-manage policy show", "%s",
			    checkup->said.data);
	else if (!setting_is_default(SETTING_POLICY_FILE) && access(file, F_OK) != 0)
		doctor_tell(checkup, HEALTH_OK, NULL, "there is no %s; the built-in rules hold",
			    file);
}

void doctor_providers(struct checkup *checkup)
{
	const char *directories = setting_text(SETTING_PROVIDER_CONFIG_DIR);

	if (!provider_load(directories))
		doctor_tell(checkup, HEALTH_BAD, "mend it; doc/providers.md says how", "%s",
			    doctor_said(checkup, "a provider file is broken"));
	else if (provider_count() == 0)
		doctor_tell(checkup, HEALTH_WARN, "put one there; Permafrost ships two",
			    "no file in %s enables a provider, so plans protect nothing",
			    directories);
}

void doctor_secret_key(struct checkup *checkup)
{
	const char *files = setting_text(SETTING_SECRET_KEY_FILES);

	if (!seal_configure(files))
		doctor_tell(checkup, HEALTH_BAD, "mend the file, or put a new key beside it", "%s",
			    doctor_said(checkup, "a key can't be read"));
	else if (!seal_is_ready())
		doctor_tell(checkup, HEALTH_WARN, "run permafrost-manage secret create FILE, and "
			    "give it to the workers' user", "there is none in %s, so restores with "
			    "restore_auth are refused", files);
}
