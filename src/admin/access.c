/* What another user may do to a file, by its modes and those of the directories above it. */
#include "config.h"

#include "admin/doctor_int.h"

#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

#define GROUPS_MAX 128

struct account {
	const char *name;
	uid_t user;
	gid_t groups[GROUPS_MAX];
	int group_count;
};

const struct account *account_of(struct arena *arena, const char *name)
{
	const struct passwd *known = getpwnam(name);
	struct account *account = arena_alloc(arena, sizeof(*account));

	if (known == NULL)
		return NULL;
	*account = (struct account){ .name = arena_strdup(arena, name), .user = known->pw_uid,
				     .group_count = GROUPS_MAX };
	if (getgrouplist(known->pw_name, known->pw_gid, account->groups,
			 &account->group_count) < 0)
		account->group_count = GROUPS_MAX;   /* of more groups these must do */
	return account;
}

static bool is_in_group(const struct account *account, gid_t group)
{
	for (int n = 0; n < account->group_count; n++) {
		if (account->groups[n] == group)
			return true;
	}
	return false;
}

/* `wanted` as in the last digit of a mode: 4 read, 2 write, 1 enter. */
static bool mode_allows(const struct account *account, const struct stat *info, mode_t wanted)
{
	if (account->user == 0)
		return true;
	if (info->st_uid == account->user)
		return (info->st_mode >> 6 & wanted) == wanted;
	if (is_in_group(account, info->st_gid))
		return (info->st_mode >> 3 & wanted) == wanted;
	return (info->st_mode & wanted) == wanted;
}

static const char *name_of(struct arena *arena, uid_t user)
{
	const struct passwd *known = getpwuid(user);

	return known == NULL ? arena_printf(arena, "%u", (unsigned)user) :
			       arena_strdup(arena, known->pw_name);
}

static const char *group_of(struct arena *arena, gid_t group)
{
	const struct group *known = getgrgid(group);

	return known == NULL ? arena_printf(arena, "%u", (unsigned)group) :
			       arena_strdup(arena, known->gr_name);
}

static bool step_may(struct arena *arena, const struct account *account, const char *path,
		     mode_t wanted, const char **obstacle)
{
	struct stat info;

	if (stat(path, &info) != 0 || mode_allows(account, &info, wanted))
		return true;
	*obstacle = arena_printf(arena, "user %s may not %s %s, which has mode %04o and belongs to "
				 "%s:%s", account->name, (wanted & 1) != 0 ? "enter" :
				 (wanted & 2) != 0 ? "write to" : "read", path,
				 (unsigned)(info.st_mode & 07777), name_of(arena, info.st_uid),
				 group_of(arena, info.st_gid));
	return false;
}

bool account_may(struct arena *arena, const struct account *account, const char *path, int modes,
		 const char **obstacle)
{
	char real[PATH_MAX];
	mode_t wanted = (mode_t)((modes & R_OK) | (modes & W_OK));

	if (realpath(path, real) == NULL)
		return true;
	for (char *slash = strchr(real + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (!step_may(arena, account, real, 1, obstacle))
			return false;
		*slash = '/';
	}
	return step_may(arena, account, real, wanted, obstacle);
}
