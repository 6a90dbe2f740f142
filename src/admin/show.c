/* config ... and policy ...: what is in force. */
#include "config.h"

#include "admin/admin_int.h"

#include "base/settings.h"
#include "policy/policy.h"

/* Settings with an error never get as far as a command. */
enum admin_status config_check(struct wish *wish)
{
	(void)wish;
	puts("the configuration is in order");
	return ADMIN_DONE;
}

enum admin_status config_show(struct wish *wish)
{
	(void)wish;
	settings_show(stdout);
	return ADMIN_DONE;
}

static void rule_show(const char *name, const char *rule, const char *description, void *argument)
{
	(void)argument;
	printf("# %s\n\"%s\": \"%s\"\n", description, name, rule);
}

enum admin_status policy_show(struct wish *wish)
{
	(void)wish;
	policy_each(rule_show, NULL);
	return ADMIN_DONE;
}
