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
#define PASSWORD_MAX_LENGTH 511   /* what crypt(5) takes */
#define TOKEN_MAX_LENGTH 4096

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
	{ .name = "password", .kinds = STRING, .flags = REQUIRED | SECRET,
	  .length_max = PASSWORD_MAX_LENGTH },
	{ 0 }
};
static const struct shape user_shape = { .fields = user_fields };

static const struct field password_fields[] = {
	{ .name = "user", .kinds = OBJECT, .flags = REQUIRED | SECRET, .shape = &user_shape },
	{ 0 }
};
static const struct shape password_shape = { .fields = password_fields };

static const struct field token_fields[] = {
	{ .name = "id", .kinds = STRING, .flags = REQUIRED | SECRET,
	  .length_max = TOKEN_MAX_LENGTH },
	{ 0 }
};
static const struct shape token_shape = { .fields = token_fields };

static const struct field identity_fields[] = {
	{ .name = "methods", .kinds = ARRAY, .flags = REQUIRED, .element_kinds = STRING },
	/* objects, but who mistakes them for what they hold writes a secret there */
	{ .name = "password", .kinds = OBJECT, .flags = SECRET, .shape = &password_shape },
	{ .name = "token", .kinds = OBJECT, .flags = SECRET, .shape = &token_shape },
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
	{ .name = "identity", .kinds = OBJECT, .flags = REQUIRED, .shape = &identity_shape },
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

bool (login_refuse)(struct req *rq)
{
	rq->reply.authenticate = arena_printf(rq->arena, "Keystone uri=\"%s/v3\"",
					      identity_url(rq));
	return problem(rq, 401, "user name, password or token is wrong, or the user has no role in "
		       "the project");
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

/* ---- guessing ------------------------------------------------------------------------------- */

static const char *number_text(struct req *rq, int64_t number)
{
	return arena_printf(rq->arena, "%lld", (long long)number);
}

/* Wrong passwords count for a name, whether or not there is such a user. */
static bool guessing_allowed(struct req *rq, const char *name)
{
	struct rows *rows = STORE_ASK(rq, &sql_identity_failures_wait, name, rq->remote_addr,
				      number_text(rq, identity_settings.login_failures_window),
				      number_text(rq, identity_settings.login_failures_max));

	if (rows == NULL)
		return false;
	if (rows_count(rows) == 0)
		return true;
	log_warning("too many wrong passwords from %s: refused", rq->remote_addr);
	rq->reply.retry_after = (int)rows_int(rows, 0, "wait");
	return problem(rq, 429, "too many wrong passwords; the next try is let in %d seconds",
		       rq->reply.retry_after);
}

static bool failure_remember(struct req *rq, const char *name)
{
	log_info("wrong password from %s", rq->remote_addr);
	return STORE_ASK(rq, &sql_identity_failure_add, name, rq->remote_addr,
			 number_text(rq, identity_settings.login_failures_window)) != NULL &&
	       login_refuse(rq);
}

/* ---- who ------------------------------------------------------------------------------------ */

static bool is_missing(struct req *rq, const char *path)
{
	return problem(rq, 400, "%s is a required property", path);
}

/* An unknown user costs the same questions and the same hash as a wrong password. */
static bool user_check(struct req *rq, struct json_object *user, struct login *login)
{
	const char *id = json_get_string(user, "id");
	const char *name = json_get_string(user, "name");
	struct rows *rows = STORE_ASK(rq, &sql_identity_user_find, id, id == NULL ? name : NULL);

	if (rows == NULL)
		return false;
	if (rows_count(rows) == 1)
		name = rows_text(rows, 0, "name");
	else if (name == NULL)
		name = id;
	if (!guessing_allowed(rq, name))
		return false;
	bool known = rows_count(rows) == 1 && rows_bool(rows, 0, "enabled") &&
		     (id != NULL || domain_is_ours(user));
	if (!password_fits(json_get_string(user, "password"),
			   known ? rows_text(rows, 0, "password_hash") : NULL))
		return failure_remember(rq, name);
	login->user_id = rows_text(rows, 0, "id");
	login->password_hash = rows_text(rows, 0, "password_hash");
	return STORE_ASK(rq, &sql_identity_failures_clear, name, rq->remote_addr) != NULL;
}

static bool password_read(struct req *rq, struct json_object *identity, struct login *login)
{
	struct json_object *password = json_get(identity, "password");
	struct json_object *user = json_get(password, "user");

	if (password == NULL)
		return is_missing(rq, "$.auth.identity.password");
	if (!json_has(user, "id") && !json_has(user, "name"))
		return problem(rq, 400, "$.auth.identity.password.user: "
					"'name' or 'id' is required");
	login->methods = "password";
	return user_check(rq, user, login);
}

static bool token_read(struct req *rq, struct json_object *identity, struct login *login)
{
	struct json_object *given = json_get(identity, "token");
	char hash[TOKEN_HASH_SIZE];
	struct token token;
	bool found;

	if (given == NULL)
		return is_missing(rq, "$.auth.identity.token");
	token_hash(hash, json_get_string(given, "id"));
	if (!token_find(rq, hash, &token, &found))
		return false;
	if (!found)
		return login_refuse(rq);
	login->user_id = token.user_id;
	login->password_hash = token.password_hash;
	login->not_after = token.expires_epoch;
	login->methods = strstr(token.methods, "token") != NULL ? token.methods :
			 arena_printf(rq->arena, "%s,token", token.methods);
	return true;
}

static bool user_read(struct req *rq, struct json_object *identity, struct login *login)
{
	struct json_object *methods = json_get(identity, "methods");
	const char *method = json_object_array_length(methods) != 1 ? "" :
			     json_object_get_string(json_object_array_get_idx(methods, 0));

	if (strcmp(method, "password") == 0)
		return password_read(rq, identity, login);
	if (strcmp(method, "token") == 0)
		return token_read(rq, identity, login);
	return problem(rq, 401, "$.auth.identity.methods: one of 'password' and 'token' is what "
		       "this service knows");
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
		return login_refuse(rq);
	login->project_id = rows_text(rows, 0, "id");
	rows = STORE_ASK(rq, &sql_identity_role_any, login->user_id, login->project_id);
	if (rows == NULL)
		return false;
	return rows_bool(rows, 0, "has_role") || login_refuse(rq);
}

/* How many of Keystone's scopes it names: one is what there must be. */
static int scopes_count(struct json_object *scope)
{
	return json_has(scope, "project") + json_has(scope, "unscoped") +
	       json_has(scope, "domain") + json_has(scope, "system") +
	       json_has(scope, "OS-TRUST:trust");
}

static bool scope_read(struct req *rq, struct json_object *scope, struct login *login)
{
	bool is_text = json_object_is_type(scope, json_type_string);

	if (scope == NULL ||
	    (is_text && strcmp(json_object_get_string(scope), "unscoped") == 0))
		return true;
	if (scopes_count(scope) != 1)
		return problem(rq, 400, "$.auth.scope: one of 'project' and 'unscoped' is needed");
	if (json_has(scope, "project"))
		return project_read(rq, json_get(scope, "project"), login);
	return json_has(scope, "unscoped") ||
	       problem(rq, 401, "$.auth.scope: tokens are for a project, or unscoped");
}

bool login_read(struct req *rq, struct login *login)
{
	struct json_object *auth = json_get(rq->body, "auth");

	*login = (struct login){ 0 };
	return user_read(rq, json_get(auth, "identity"), login) &&
	       scope_read(rq, json_get(auth, "scope"), login);
}
