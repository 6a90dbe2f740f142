/* Log in: a password or a token says who, the scope says for which project. */
#include "config.h"

#include "identity/login.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "identity/identity_int.h"
#include "store/queries.h"
#include "store/store.h"

/* ---- what it accepts ------------------------------------------------------------------------ */

#define NAME_MAX_LENGTH 255

static const struct field domain_fields[] = {
	{ .name = "id", .kinds = STRING, .length_max = NAME_MAX_LENGTH },
	{ .name = "name", .kinds = STRING, .length_max = NAME_MAX_LENGTH },
	{ 0 }
};
static const struct shape domain_shape = { .fields = domain_fields };

static const struct field user_fields[] = {
	{ .name = "id", .kinds = STRING, .length_max = NAME_MAX_LENGTH },
	{ .name = "name", .kinds = STRING, .length_max = NAME_MAX_LENGTH },
	{ .name = "domain", .kinds = OBJECT, .shape = &domain_shape },
	{ .name = "password", .kinds = STRING, .flags = REQUIRED, .length_max = 512 },
	{ 0 }
};
static const struct shape user_shape = { .fields = user_fields };

static const struct field password_fields[] = {
	{ .name = "user", .kinds = OBJECT, .flags = REQUIRED, .shape = &user_shape },
	{ 0 }
};
static const struct shape password_shape = { .fields = password_fields };

static const struct field token_fields[] = {
	{ .name = "id", .kinds = STRING, .flags = REQUIRED, .length_max = 4096 },
	{ 0 }
};
static const struct shape token_shape = { .fields = token_fields };

static const struct field identity_fields[] = {
	{ .name = "methods", .kinds = ARRAY, .flags = REQUIRED, .element_kinds = STRING },
	{ .name = "password", .kinds = OBJECT, .shape = &password_shape },
	{ .name = "token", .kinds = OBJECT, .shape = &token_shape },
	{ 0 }
};
static const struct shape identity_shape = { .fields = identity_fields };

static const struct field project_fields[] = {
	{ .name = "id", .kinds = STRING, .length_max = NAME_MAX_LENGTH },
	{ .name = "name", .kinds = STRING, .length_max = NAME_MAX_LENGTH },
	{ .name = "domain", .kinds = OBJECT, .shape = &domain_shape },
	{ 0 }
};
static const struct shape project_shape = { .fields = project_fields };

static const struct field scope_fields[] = {
	{ .name = "project", .kinds = OBJECT, .shape = &project_shape },
	{ 0 }
};
static const struct shape scope_shape = { .fields = scope_fields };

static const struct field auth_fields[] = {
	{ .name = "identity", .kinds = OBJECT, .flags = REQUIRED | SECRET,
	  .shape = &identity_shape },
	{ .name = "scope", .kinds = OBJECT | STRING, .shape = &scope_shape },
	{ 0 }
};
static const struct shape auth_shape = { .fields = auth_fields };

static const struct field login_fields[] = {
	{ .name = "auth", .kinds = OBJECT, .flags = REQUIRED, .shape = &auth_shape },
	{ 0 }
};
const struct shape login_shape = { .fields = login_fields };

/* ---- refusals ------------------------------------------------------------------------------- */

/* One answer for every reason: which of name, password, project and role was wrong is not told. */
static bool refuse(struct req *rq)
{
	rq->reply.authenticate = arena_printf(rq->arena, "Keystone uri=\"%s/v3\"",
					      identity_url(rq));
	return problem(rq, 401, "user, password, token, project and role do not fit together");
}

/* There is one domain; a name in another one is a name nobody has. */
static bool domain_is_ours(struct json_object *owner)
{
	struct json_object *domain = json_get(owner, "domain");
	const char *id = json_get_string(domain, "id");
	const char *name = json_get_string(domain, "name");

	if (id != NULL)
		return strcmp(id, "default") == 0;
	return name == NULL || strcasecmp(name, "Default") == 0;
}

/* ---- who ------------------------------------------------------------------------------------ */

static bool guessing_refused(struct req *rq, const char *who, bool *refused)
{
	const char *window = arena_printf(rq->arena, "%lld",
					  (long long)identity_settings.login_failures_window);
	struct rows *rows = STORE_ASK(rq, &sql_identity_failures_count, who, rq->remote_addr,
				      window);

	if (rows == NULL)
		return false;
	*refused = rows_int(rows, 0, "failures") >= identity_settings.login_failures_max;
	if (*refused) {
		rq->reply.retry_after = (int)rows_int(rows, 0, "wait");
		log_warning("too many wrong passwords from %s: refused", rq->remote_addr);
	}
	return true;
}

static bool failure_remember(struct req *rq, const char *who)
{
	const char *window = arena_printf(rq->arena, "%lld",
					  (long long)identity_settings.login_failures_window);

	log_info("wrong password from %s", rq->remote_addr);
	return STORE_ASK(rq, &sql_identity_failure_add, who, rq->remote_addr, window) != NULL &&
	       refuse(rq);
}

static bool password_check(struct req *rq, struct json_object *user, const char *who,
			   const char **user_id)
{
	const char *id = json_get_string(user, "id");
	struct rows *rows = STORE_ASK(rq, &sql_identity_user_find, id, id == NULL ? who : NULL);

	if (rows == NULL)
		return false;
	bool known = rows_count(rows) == 1 && rows_bool(rows, 0, "enabled") &&
		     (id != NULL || domain_is_ours(user));
	if (!password_fits(json_get_string(user, "password"),
			   known ? rows_text(rows, 0, "password_hash") : NULL))
		return failure_remember(rq, who);
	*user_id = rows_text(rows, 0, "id");
	return STORE_ASK(rq, &sql_identity_failures_clear, who, rq->remote_addr) != NULL;
}

static bool password_read(struct req *rq, struct json_object *identity, struct login *login)
{
	struct json_object *user = json_get(json_get(identity, "password"), "user");
	const char *who = json_get_string(user, "id");
	bool refused;

	if (who == NULL)
		who = json_get_string(user, "name");
	if (who == NULL)
		return problem(rq, 400, "$.auth.identity.password.user: "
					"'name' or 'id' is required");
	if (!guessing_refused(rq, who, &refused))
		return false;
	if (refused)
		return problem(rq, 429, "too many wrong passwords; wait before the next try");
	login->methods = "password";
	return password_check(rq, user, who, &login->user_id);
}

static bool token_read(struct req *rq, struct json_object *identity, struct login *login)
{
	const char *text = json_get_string(json_get(identity, "token"), "id");
	char hash[TOKEN_HASH_SIZE];
	struct token token;
	bool found;

	if (text == NULL)
		return problem(rq, 400, "$.auth.identity.token.id is a required property");
	token_hash(hash, text);
	if (!token_find(rq, hash, &token, &found))
		return false;
	if (!found)
		return refuse(rq);
	login->user_id = token.user_id;
	login->not_after = token.expires_epoch;
	login->methods = strstr(token.methods, "token") != NULL ? token.methods :
			 arena_printf(rq->arena, "%s,token", token.methods);
	return true;
}

static bool method_is(struct json_object *methods, const char *name)
{
	size_t count = json_object_array_length(methods);

	for (size_t n = 0; n < count; n++) {
		struct json_object *method = json_object_array_get_idx(methods, n);
		if (strcmp(json_object_get_string(method), name) == 0)
			return true;
	}
	return false;
}

static bool user_read(struct req *rq, struct json_object *identity, struct login *login)
{
	struct json_object *methods = json_get(identity, "methods");

	if (json_object_array_length(methods) == 1 && method_is(methods, "password"))
		return password_read(rq, identity, login);
	if (json_object_array_length(methods) == 1 && method_is(methods, "token"))
		return token_read(rq, identity, login);
	rq->reply.authenticate = NULL;
	return problem(rq, 401, "$.auth.identity.methods: 'password' or 'token' is what this "
		       "service knows");
}

/* ---- for what ------------------------------------------------------------------------------- */

static bool project_read(struct req *rq, struct json_object *project, struct login *login)
{
	const char *id = json_get_string(project, "id");
	const char *name = json_get_string(project, "name");

	if (id == NULL && name == NULL)
		return problem(rq, 400, "$.auth.scope.project: 'name' or 'id' is required");
	struct rows *rows = STORE_ASK(rq, &sql_identity_project_find, id, id == NULL ? name : NULL);
	if (rows == NULL)
		return false;
	if (rows_count(rows) != 1 || !rows_bool(rows, 0, "enabled") ||
	    (id == NULL && !domain_is_ours(project)))
		return refuse(rq);
	login->project_id = rows_text(rows, 0, "id");
	rows = STORE_ASK(rq, &sql_identity_role_any, login->user_id, login->project_id);
	if (rows == NULL)
		return false;
	return rows_bool(rows, 0, "has_role") || refuse(rq);
}

static bool scope_read(struct req *rq, struct json_object *scope, struct login *login)
{
	if (scope == NULL || json_has(scope, "unscoped"))
		return true;
	if (json_object_is_type(scope, json_type_string) &&
	    strcmp(json_object_get_string(scope), "unscoped") == 0)
		return true;
	struct json_object *project = json_get(scope, "project");
	if (project == NULL)
		return problem(rq, 401, "$.auth.scope: tokens are for a project, or unscoped");
	return project_read(rq, project, login);
}

bool login_read(struct req *rq, struct login *login)
{
	struct json_object *auth = json_get(rq->body, "auth");

	*login = (struct login){ 0 };
	return user_read(rq, json_get(auth, "identity"), login) &&
	       scope_read(rq, json_get(auth, "scope"), login);
}
