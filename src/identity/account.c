/* What an operator does to users, projects and roles. */
#include "config.h"

#include "identity/identity.h"
#include "identity/identity_int.h"

#include "base/arena.h"
#include "base/clock.h"
#include "store/queries.h"
#include "store/store.h"

#define COLUMNS_MAX 3

/* Rows that came back mean done; none means `otherwise`. */
static enum account_outcome outcome_of(const struct rows *rows, enum account_outcome otherwise)
{
	if (rows == NULL)
		return ACCOUNT_FAILED;
	return rows_count(rows) > 0 ? ACCOUNT_DONE : otherwise;
}

static enum account_outcome outcome_of_delete(const struct rows *rows)
{
	if (rows == NULL)
		return ACCOUNT_FAILED;
	return rows_touched(rows) > 0 ? ACCOUNT_DONE : ACCOUNT_MISSING;
}

/* ---- projects ------------------------------------------------------------------------------- */

enum account_outcome account_project_add(struct req *rq, const char *id, const char *name)
{
	char made[UUID_HEX_SIZE];

	uuid_hex(made);
	return outcome_of(STORE_ASK(rq, &sql_account_project_add, id == NULL ? made : id, name),
			  ACCOUNT_EXISTS);
}

enum account_outcome account_project_delete(struct req *rq, const char *name)
{
	return outcome_of_delete(STORE_ASK(rq, &sql_account_project_delete, name));
}

/* ---- users ---------------------------------------------------------------------------------- */

static enum account_outcome randomness_missing(struct req *rq)
{
	problem(rq, 500, "the password can't be hashed on this machine");
	return ACCOUNT_FAILED;
}

enum account_outcome account_user_add(struct req *rq, const char *name, const char *password)
{
	const char *hash = password_hash(rq->arena, password);
	char id[UUID_HEX_SIZE];

	if (hash == NULL)
		return randomness_missing(rq);
	uuid_hex(id);
	return outcome_of(STORE_ASK(rq, &sql_account_user_add, id, name, hash), ACCOUNT_EXISTS);
}

/* A change, and which tokens it ends: those of what it changed, by id. */
struct change {
	const struct query *query;       /* asked with name and value */
	const char *name;
	const char *value;
	const struct query *end;         /* NULL: none end */
};

static enum account_outcome change_inside(struct req *rq, const struct change *change)
{
	struct rows *rows = STORE_ASK(rq, change->query, change->name, change->value);
	enum account_outcome outcome = outcome_of(rows, ACCOUNT_MISSING);

	if (outcome != ACCOUNT_DONE || change->end == NULL)
		return outcome;
	rows = STORE_ASK(rq, change->end, rows_text(rows, 0, "id"));
	return rows == NULL ? ACCOUNT_FAILED : ACCOUNT_DONE;
}

static enum account_outcome change_make(struct req *rq, const struct change *change)
{
	if (!store_begin(rq))
		return ACCOUNT_FAILED;
	enum account_outcome outcome = change_inside(rq, change);
	if (outcome == ACCOUNT_DONE)
		return store_commit(rq) ? ACCOUNT_DONE : ACCOUNT_FAILED;
	store_rollback();
	return outcome;
}

enum account_outcome account_user_password(struct req *rq, const char *name, const char *password)
{
	const char *hash = password_hash(rq->arena, password);

	if (hash == NULL)
		return randomness_missing(rq);
	return change_make(rq, &(struct change){ &sql_account_user_password, name, hash,
						 &sql_account_user_tokens_delete });
}

enum account_outcome account_user_enable(struct req *rq, const char *name, bool enabled)
{
	return change_make(rq, &(struct change){ &sql_account_user_enable, name,
			   enabled ? "true" : "false",
			   enabled ? NULL : &sql_account_user_tokens_delete });
}

enum account_outcome account_project_enable(struct req *rq, const char *name, bool enabled)
{
	return change_make(rq, &(struct change){ &sql_account_project_enable, name,
			   enabled ? "true" : "false",
			   enabled ? NULL : &sql_account_project_tokens_delete });
}

enum account_outcome account_user_delete(struct req *rq, const char *name)
{
	return outcome_of_delete(STORE_ASK(rq, &sql_account_user_delete, name));
}

/* ---- roles ---------------------------------------------------------------------------------- */

static enum account_outcome outcome_of_role(const struct rows *rows)
{
	if (rows == NULL)
		return ACCOUNT_FAILED;
	if (!rows_bool(rows, 0, "has_user"))
		return ACCOUNT_USER_MISSING;
	if (!rows_bool(rows, 0, "has_project"))
		return ACCOUNT_PROJECT_MISSING;
	return rows_bool(rows, 0, "is_done") ? ACCOUNT_DONE : ACCOUNT_MISSING;
}

enum account_outcome account_role_add(struct req *rq, const char *user, const char *project,
				      const char *role)
{
	return outcome_of_role(STORE_ASK(rq, &sql_account_role_add, user, project, role));
}

enum account_outcome account_role_delete(struct req *rq, const char *user, const char *project,
					 const char *role)
{
	return outcome_of_role(STORE_ASK(rq, &sql_account_role_delete, user, project, role));
}

/* ---- lists ---------------------------------------------------------------------------------- */

static bool list(struct req *rq, const struct query *query, const char *const *names,
		 account_row *row, void *argument)
{
	struct rows *rows = store_ask(rq, query, NULL, 0);

	if (rows == NULL)
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		const char *columns[COLUMNS_MAX];
		for (int n = 0; n < COLUMNS_MAX; n++)
			columns[n] = rows_text(rows, i, names[n]);
		row(columns, argument);
	}
	return true;
}

bool account_project_list(struct req *rq, account_row *row, void *argument)
{
	static const char *const names[] = { "id", "name", "enabled" };
	return list(rq, &sql_account_project_list, names, row, argument);
}

bool account_user_list(struct req *rq, account_row *row, void *argument)
{
	static const char *const names[] = { "id", "name", "enabled" };
	return list(rq, &sql_account_user_list, names, row, argument);
}

bool account_role_list(struct req *rq, account_row *row, void *argument)
{
	static const char *const names[] = { "user_name", "project_name", "role" };
	return list(rq, &sql_account_role_list, names, row, argument);
}
