/* What Keystone says of a token, as a caller. */
#include "config.h"

#include "identity/keystone.h"

#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/json.h"

bool keystone_time_read(const char *text, int64_t *epoch)
{
	struct tm time = { 0 };

	if (text == NULL)
		return false;
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &time);
	if (rest == NULL)
		return false;
	if (rest[0] == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	*epoch = (int64_t)timegm(&time);
	return strcmp(rest, "Z") == 0;
}

/* The id of {"id": ...}, copied. */
static const char *id_of(struct arena *arena, struct json_object *object)
{
	const char *id = json_get_string(object, "id");
	return id == NULL || id[0] == '\0' ? NULL : arena_strdup(arena, id);
}

static const char *name_of(struct arena *arena, struct json_object *object)
{
	const char *name = json_get_string(object, "name");
	return name == NULL ? NULL : arena_strdup(arena, name);
}

static bool user_read(struct arena *arena, struct json_object *token, struct caller *caller)
{
	struct json_object *user = json_get(token, "user");

	caller->user_id = id_of(arena, user);
	caller->user_name = name_of(arena, user);
	caller->user_domain_id = id_of(arena, json_get(user, "domain"));
	return caller->user_id != NULL;
}

/* A project, a domain, the system, or nothing; never two of them. */
static bool scope_read(struct arena *arena, struct json_object *token, struct caller *caller)
{
	struct json_object *project = json_get(token, "project");
	struct json_object *domain = json_get(token, "domain");
	struct json_object *system = json_get(token, "system");

	if ((project != NULL) + (domain != NULL) + (system != NULL) > 1)
		return false;
	caller->project_id = id_of(arena, project);
	caller->project_name = name_of(arena, project);
	caller->project_domain_id = id_of(arena, json_get(project, "domain"));
	caller->domain_id = id_of(arena, domain);
	caller->domain_name = name_of(arena, domain);
	caller->system_scope = json_object_get_boolean(json_get(system, "all")) ? "all" : NULL;
	caller->is_domain_scoped = domain != NULL;
	caller->is_system_scoped = system != NULL;
	if (project != NULL)
		return caller->project_id != NULL;
	return domain == NULL || caller->domain_id != NULL;
}

static void trust_read(struct arena *arena, struct json_object *token, struct caller *caller)
{
	struct json_object *trust = json_get(token, "OS-TRUST:trust");

	caller->trust_id = id_of(arena, trust);
	caller->trustor_user_id = id_of(arena, json_get(trust, "trustor_user"));
	caller->trustee_user_id = id_of(arena, json_get(trust, "trustee_user"));
}

/* Keystone names them only to who asks with ACCESS_RULES_HEADER. */
static void access_rules_read(struct arena *arena, struct json_object *token,
			      struct caller *caller)
{
	struct json_object *rules = json_get(json_get(token, "application_credential"),
					     "access_rules");

	caller->access_rules = rules == NULL ? NULL : json_text(arena, rules);
}

/* As Keystone gives them: those that others imply are among them. */
static bool roles_read(struct arena *arena, struct json_object *token, struct caller *caller)
{
	struct json_object *roles = json_get(token, "roles");

	caller->role_count = 0;
	if (roles == NULL)
		return true;
	if (!json_object_is_type(roles, json_type_array))
		return false;
	for (size_t n = 0; n < json_object_array_length(roles); n++) {
		const char *name = name_of(arena, json_object_array_get_idx(roles, n));
		if (name == NULL || caller->role_count == ROLES_MAX)
			return false;
		caller->roles[caller->role_count++] = name;
	}
	return true;
}

bool keystone_token_read(struct arena *arena, struct json_object *body, struct caller *caller)
{
	struct json_object *token = json_get(body, "token");
	struct json_object *admin = json_get(token, "is_admin_project");

	/* a cloud that names no such project says nothing of it (oslo.context) */
	caller->is_admin_project = admin == NULL || json_object_get_boolean(admin);
	trust_read(arena, token, caller);
	access_rules_read(arena, token, caller);
	return keystone_time_read(json_get_string(token, "expires_at"), &caller->expires_at) &&
	       user_read(arena, token, caller) && scope_read(arena, token, caller) &&
	       roles_read(arena, token, caller);
}
