/* An operator's policy files: read at the start, and again when they change. */
#include "config.h"
#include "policy/policy_int.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "base/files.h"
#include "base/log.h"

static struct files watched;

static bool load(const char *path, void *argument)
{
	struct stat info;

	return (stat(path, &info) != 0 && path == watched.file) ||
	       policy_file_load(argument, path);
}

static bool load_all(void)
{
	struct arena *arena = arena_new();
	struct ruleset *set = ruleset_new();
	bool good = set != NULL && files_visit(&watched, arena, load, set) && ruleset_link(set);

	if (good)
		ruleset_enforce(set);
	else
		ruleset_free(set);
	arena_free(arena);
	return good;
}

bool policy_load(const char *file, const char *directories)
{
	files_name(&watched, file, directories);
	return load_all();
}

void policy_refresh(void)
{
	if (!files_changed(&watched))
		return;
	if (load_all())
		log_info("the policy files changed: new rules are in force");
	else
		log_error("the policy files are broken: the rules stay as they were");
}
