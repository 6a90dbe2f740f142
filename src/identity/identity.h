/* One question, several answerers: who is behind this token? */
#ifndef PERMAFROST_IDENTITY_IDENTITY_H
#define PERMAFROST_IDENTITY_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/req.h"
#include "base/resource.h"

/*
 * Fill rq->caller from rq->token. False with a problem set: 401 when there is no token or none
 * that counts (freezer-v1-v2 2.2), 403 when its access rules leave the request out, 503 when the
 * answerer is away. Strings belong to the request.
 */
bool identity_ask(struct req *rq);

/* What the room needs of the settings; strings must outlive it. */
struct identity_settings {
	int64_t token_lifetime;         /* seconds a new token is valid */
	int64_t token_cache_time;       /* seconds a checked token is believed; 0 asks every time */
	int64_t tokens_max;             /* that a user may have; 0: as many as come */
	const char *public_endpoint;    /* scheme://host:port that clients use; "" as they asked */
	const char *region;             /* of the endpoints in the catalog */
	int64_t login_failures_max;     /* wrong passwords of one name and address before refusal */
	int64_t login_failures_window;  /* seconds in which they count */
	bool trusts_always;             /* every job gets a trust, not only a central client's */
};

/* Once, before the first request and before the first connection. False, with the reason logged,
 * when [keystone_authtoken] is half-set. */
bool identity_configure(const struct identity_settings *settings);

/* Is [keystone_authtoken] whole, or empty? False with each reason logged. */
bool identity_check(void);

/* What came of trying Keystone out. */
struct keystone_report {
	const char *failure;         /* why it is of no use to us; NULL when it is */
	bool may_validate;           /* the service user's roles let it validate tokens */
	bool has_clock;              /* it said what time it is */
	int64_t clock_apart;         /* seconds that its clock is ahead of ours */
};

/* Log the service user of the settings in, and see what it may do. Strings live in the arena. For
 * a program that serves nobody: no other function of this room works as before. */
void identity_try(struct arena *arena, struct keystone_report *report);

/* True when tokens are our own, false when they are Keystone's. */
bool identity_is_standalone(void);

/* Where clients find us, without a path: "http://host:port"; in the request's arena. */
const char *public_url(struct req *rq);

/* The part of Keystone's v3 API that clients need to log in. */
extern const struct resource identity_discovery;
extern const struct resource identity_version;
extern const struct resource identity_token;
extern const struct resource identity_catalog;
extern const struct resource identity_project;

/* ---- trust.c: a user's rights in the hands of our service user ------------------------------ */

/* Whose jobs get a trust: without Keystone nobody's. */
enum trust_mode { TRUST_NEVER, TRUST_CENTRAL, TRUST_ALWAYS };
enum trust_mode identity_trust_mode(void);

/*
 * A trust from the caller to the service user for the project, with the roles of the caller's
 * token: the one that Keystone has already, else a new one. Asks Keystone, so never call it in a
 * transaction. False with a problem set: 422 when Keystone does not let the caller make one, 503
 * when it is away.
 */
bool identity_trust(struct req *rq, const char *project, const char **trust_id);

/* In a transaction, after what used the trust was deleted: when nothing else uses it, put it down
 * to be given back. False with a problem set. */
bool identity_trust_release(struct req *rq, const char *project, const char *trust_id);

/* What nobody waits for: give trusts back to Keystone that were put down. For after the reply. */
void identity_tidy(struct req *rq);

/* ---- account.c: what an operator asks, through permafrost-manage ---------------------------- */

/* What became of a wish. */
enum account_outcome { ACCOUNT_FAILED, ACCOUNT_DONE, ACCOUNT_EXISTS, ACCOUNT_MISSING,
		       ACCOUNT_USER_MISSING, ACCOUNT_PROJECT_MISSING };

/* `id` may be NULL: one is made. */
enum account_outcome account_project_add(struct req *rq, const char *id, const char *name);
enum account_outcome account_project_delete(struct req *rq, const char *name);
/* `password` is NUL-terminated; the caller wipes it. */
enum account_outcome account_user_add(struct req *rq, const char *name, const char *password);
enum account_outcome account_user_password(struct req *rq, const char *name, const char *password);
/* Disabled, it gives no tokens, and those it gave end for good. */
enum account_outcome account_user_enable(struct req *rq, const char *name, bool enabled);
enum account_outcome account_project_enable(struct req *rq, const char *name, bool enabled);
enum account_outcome account_user_delete(struct req *rq, const char *name);
/* ACCOUNT_USER_MISSING, ACCOUNT_PROJECT_MISSING: no such user or project; ACCOUNT_MISSING (delete):
 * no such assignment. */
enum account_outcome account_role_add(struct req *rq, const char *user, const char *project,
				      const char *role);
enum account_outcome account_role_delete(struct req *rq, const char *user, const char *project,
					 const char *role);
/* Is this a role that can be assigned? */
bool account_role_known(const char *role);

/* Call row(columns, argument) for each, ordered by name. False when the question failed. */
typedef void account_row(const char *const *columns, void *argument);
bool account_project_list(struct req *rq, account_row *row, void *argument);  /* id name enabled */
bool account_user_list(struct req *rq, account_row *row, void *argument);     /* id name enabled */
bool account_role_list(struct req *rq, account_row *row, void *argument);  /* user project role */

#endif
