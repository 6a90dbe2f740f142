/* user ..., project ..., role ...: who may log in to the standalone identity, and as what. */
#include "config.h"

#include "admin/admin_int.h"

#include <stdlib.h>
#include <string.h>

#include "identity/identity.h"

#define ID_LENGTH_MAX 64

static const char id_characters[] =
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-";

/* ---- words an operator gives ---------------------------------------------------------------- */

static bool id_fits(const char *id)
{
	size_t len = strlen(id);

	if (len > 0 && len <= ID_LENGTH_MAX && strspn(id, id_characters) == len)
		return true;
	admin_error(NULL, "the id of a project is 1 to %d letters, digits, \"_\" and \"-\"",
		    ID_LENGTH_MAX);
	return false;
}

/* ---- what became of it ---------------------------------------------------------------------- */

static enum admin_status missing(const char *what, const char *name)
{
	const char *hint = strcmp(what, "user") == 0 ? "see permafrost-manage user list" :
						      "see permafrost-manage project list";

	return admin_error(hint, "there is no %s %s", what, name);
}

static enum admin_status tell(const struct wish *wish, enum account_outcome outcome,
			      const char *what, const char *done)
{
	const char *name = wish->names[0];

	switch (outcome) {
	case ACCOUNT_DONE:
		printf("%s %s %s\n", what, name, done);
		return ADMIN_DONE;
	case ACCOUNT_EXISTS:
		return admin_error(strcmp(what, "user") != 0 ? NULL :
				   "permafrost-manage user set-password changes a password",
				   "%s %s exists already", what, name);
	case ACCOUNT_MISSING:
		return missing(what, name);
	default:
		return admin_refused(wish->rq);
	}
}

static void row_name_first(const char *const *columns, void *argument)
{
	(void)argument;
	printf("%s\t%s\t%s\n", columns[1], columns[0],
	       columns[2][0] == 't' ? "enabled" : "disabled");
}

static void row_as_it_is(const char *const *columns, void *argument)
{
	(void)argument;
	printf("%s\t%s\t%s\n", columns[0], columns[1], columns[2]);
}

/* ---- user ----------------------------------------------------------------------------------- */

typedef enum account_outcome password_taker(struct req *rq, const char *name,
					    const char *password);

static enum admin_status with_password(const struct wish *wish, password_taker *take,
				       const char *done)
{
	char password[ADMIN_PASSWORD_SIZE];
	enum account_outcome outcome = ACCOUNT_FAILED;
	bool given = admin_password(wish, password);

	if (given)
		outcome = take(wish->rq, wish->names[0], password);
	explicit_bzero(password, sizeof(password));
	return given ? tell(wish, outcome, "user", done) : ADMIN_FAILED;
}

enum admin_status user_create(struct wish *wish)
{
	if (!admin_database_ready())
		return ADMIN_FAILED;
	return with_password(wish, account_user_add, "created");
}

enum admin_status user_set_password(struct wish *wish)
{
	if (!admin_database_ready())
		return ADMIN_FAILED;
	return with_password(wish, account_user_password, "has a new password");
}

static enum admin_status user_enabled(struct wish *wish, bool enabled)
{
	if (!admin_database_ready())
		return ADMIN_FAILED;
	return tell(wish, account_user_enable(wish->rq, wish->names[0], enabled), "user",
		    enabled ? "enabled" : "disabled");
}

enum admin_status user_enable(struct wish *wish)
{
	return user_enabled(wish, true);
}

enum admin_status user_disable(struct wish *wish)
{
	return user_enabled(wish, false);
}

enum admin_status user_delete(struct wish *wish)
{
	if (!admin_database_ready())
		return ADMIN_FAILED;
	return tell(wish, account_user_delete(wish->rq, wish->names[0]), "user", "deleted");
}

enum admin_status user_list(struct wish *wish)
{
	if (!admin_database_ready())
		return ADMIN_FAILED;
	return account_user_list(wish->rq, row_name_first, NULL) ? ADMIN_DONE :
								   admin_refused(wish->rq);
}

/* ---- project -------------------------------------------------------------------------------- */

enum admin_status project_create(struct wish *wish)
{
	if ((wish->id != NULL && !id_fits(wish->id)) || !admin_database_ready())
		return ADMIN_FAILED;
	enum account_outcome outcome = account_project_add(wish->rq, wish->id, wish->names[0]);
	if (outcome == ACCOUNT_EXISTS && wish->id != NULL)
		return admin_error(NULL, "a project of the name %s or the id %s exists already",
				   wish->names[0], wish->id);
	return tell(wish, outcome, "project", "created");
}

static enum admin_status project_enabled(struct wish *wish, bool enabled)
{
	if (!admin_database_ready())
		return ADMIN_FAILED;
	return tell(wish, account_project_enable(wish->rq, wish->names[0], enabled), "project",
		    enabled ? "enabled" : "disabled");
}

enum admin_status project_enable(struct wish *wish)
{
	return project_enabled(wish, true);
}

enum admin_status project_disable(struct wish *wish)
{
	return project_enabled(wish, false);
}

enum admin_status project_delete(struct wish *wish)
{
	if (!admin_database_ready())
		return ADMIN_FAILED;
	return tell(wish, account_project_delete(wish->rq, wish->names[0]), "project", "deleted");
}

enum admin_status project_list(struct wish *wish)
{
	if (!admin_database_ready())
		return ADMIN_FAILED;
	return account_project_list(wish->rq, row_name_first, NULL) ? ADMIN_DONE :
								      admin_refused(wish->rq);
}

/* ---- role ----------------------------------------------------------------------------------- */

typedef enum account_outcome role_change(struct req *rq, const char *user, const char *project,
					 const char *role);

static enum admin_status role_do(const struct wish *wish, role_change *change,
				 enum account_outcome *outcome)
{
	const char *const *names = wish->names;

	if (!account_role_known(names[2]))
		return admin_error("the roles are admin, member, reader and service",
				   "there is no role %s", names[2]);
	if (!admin_database_ready())
		return ADMIN_FAILED;
	*outcome = change(wish->rq, names[0], names[1], names[2]);
	switch (*outcome) {
	case ACCOUNT_FAILED:
		return admin_refused(wish->rq);
	case ACCOUNT_USER_MISSING:
		return missing("user", names[0]);
	case ACCOUNT_PROJECT_MISSING:
		return missing("project", names[1]);
	default:
		return ADMIN_DONE;
	}
}

enum admin_status role_grant(struct wish *wish)
{
	const char *const *names = wish->names;
	enum account_outcome outcome;

	if (role_do(wish, account_role_add, &outcome) != ADMIN_DONE)
		return ADMIN_FAILED;
	printf("user %s has role %s in project %s\n", names[0], names[2], names[1]);
	return ADMIN_DONE;
}

enum admin_status role_revoke(struct wish *wish)
{
	const char *const *names = wish->names;
	enum account_outcome outcome;

	if (role_do(wish, account_role_delete, &outcome) != ADMIN_DONE)
		return ADMIN_FAILED;
	if (outcome == ACCOUNT_MISSING)
		return admin_error("see permafrost-manage role list",
				   "user %s has no role %s in project %s", names[0], names[2],
				   names[1]);
	printf("user %s no longer has role %s in project %s\n", names[0], names[2], names[1]);
	return ADMIN_DONE;
}

enum admin_status role_list(struct wish *wish)
{
	if (!admin_database_ready())
		return ADMIN_FAILED;
	return account_role_list(wish->rq, row_as_it_is, NULL) ? ADMIN_DONE :
								 admin_refused(wish->rq);
}
