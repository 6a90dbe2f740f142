/* config ..., policy ... and route ...: what is in force. */
#include "config.h"

#include "admin/admin_int.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/settings.h"
#include "base/text.h"
#include "identity/identity.h"
#include "karbor/seal.h"
#include "policy/policy.h"
#include "recurrence/recurrence.h"
#include "route/route.h"
#include "provider/provider.h"

static bool policy_load_all(void)
{
	return policy_load(setting_text(SETTING_POLICY_FILE), setting_text(SETTING_POLICY_DIRS));
}

static enum admin_status policy_broken(void)
{
	return admin_error("\"permafrost-manage policy check FILE\" looks at one file",
			   "the policy files are broken");
}

/* Settings with an error never get as far as a command. */
enum admin_status config_check(struct wish *wish)
{
	struct recurrence_limits limits;

	(void)wish;
	bool good = identity_check();
	if (!policy_load_all())
		return policy_broken();
	if (!provider_load(setting_text(SETTING_PROVIDER_CONFIG_DIR)))
		return admin_error(NULL, "the provider files are broken");
	good = recurrence_limits_load(&limits) && good;
	if (!good)
		return admin_error(NULL, "the configuration is not whole");
	if (!seal_configure(setting_text(SETTING_SECRET_KEY_FILES)))
		return admin_error("\"permafrost-manage secret create FILE\" makes one",
				   "the secret keys are broken");
	puts("the configuration is in order");
	return ADMIN_DONE;
}

enum admin_status config_show(struct wish *wish)
{
	(void)wish;
	settings_show(stdout);
	return ADMIN_DONE;
}

/* Where nginx hangs a service; see nginx/ */
static const char *const service_paths[] = {
	[SERVICE_BACKUP] = "", [SERVICE_DATA_PROTECT] = "/data-protect",
	[SERVICE_IDENTITY] = "/identity", [SERVICE_METRICS] = "",
};

static void row_show(const struct row *row, void *argument)
{
	const char *below = strcmp(row->route->path, "/") == 0 ? "" : row->route->path;
	const char *service = service_paths[row->service];
	bool is_root = service[0] == '\0' && row->mount[0] == '\0' && below[0] == '\0';

	(void)argument;
	printf("%s\t%s%s%s\t%s\n", route_method_name(row->route->method), service, row->mount,
	       is_root ? "/" : below, row->route->rule);
}

enum admin_status route_list(struct wish *wish)
{
	(void)wish;
	route_each(row_show, NULL);
	return ADMIN_DONE;
}

/* A list is its own YAML; a text is quoted, with what JSON escapes. */
static void rule_show(const char *name, const char *rule, const char *description, void *argument)
{
	struct text line = { .arena = argument };

	if (description != NULL)
		printf("# %s\n", description);
	text_json_string(&line, name);
	text_puts(&line, ": ");
	if (rule[0] == '[')
		text_puts(&line, rule);
	else
		text_json_string(&line, rule);
	puts(line.data);
}

enum admin_status policy_show(struct wish *wish)
{
	if (!policy_load_all())
		return policy_broken();
	policy_each(rule_show, wish->rq->arena);
	return ADMIN_DONE;
}

enum admin_status policy_check_file(struct wish *wish)
{
	if (access(wish->names[0], R_OK) != 0)
		return admin_error(NULL, "%s can't be read: %m", wish->names[0]);
	if (!policy_load(wish->names[0], ""))
		return admin_error(NULL, "%s is broken", wish->names[0]);
	printf("%s is in order\n", wish->names[0]);
	return ADMIN_DONE;
}

/* "admin,member" becomes the roles of the caller. False when there are too many. */
static bool roles_read(struct wish *wish, struct caller *caller)
{
	char *rest = arena_strdup(wish->rq->arena, wish->roles), *save;

	for (char *role = strtok_r(rest, ",", &save); role != NULL;
	     role = strtok_r(NULL, ",", &save)) {
		if (caller->role_count == ROLES_MAX)
			return false;
		caller->roles[caller->role_count++] = role;
	}
	return true;
}

enum admin_status policy_try(struct wish *wish)
{
	const char *project = wish->project == NULL ? "mine" : wish->project;
	const struct target target = {
		.project_id = wish->target_project == NULL ? project : wish->target_project,
	};
	struct caller caller = { .project_id = project };

	if (!policy_load_all())
		return policy_broken();
	if (!policy_has_rule(wish->names[0]))
		return admin_error("permafrost-manage policy show", "there is no rule %s",
				   wish->names[0]);
	if (!roles_read(wish, &caller))
		return admin_error(NULL, "a token has at most %d roles", ROLES_MAX);
	puts(policy_check(wish->names[0], &caller, &target) ? "allow" : "deny");
	return ADMIN_DONE;
}
