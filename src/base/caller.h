/* Who asks. */
#ifndef PERMAFROST_BASE_CALLER_H
#define PERMAFROST_BASE_CALLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROLES_MAX 32

/*
 * The one who asks, as told by identity; strings live in the request's arena, and are NULL where
 * the token says nothing. A token is for a project, a domain, the system, or (unscoped) none.
 */
struct caller {
	const char *user_id;
	const char *user_name;
	const char *user_domain_id;
	const char *project_id;      /* NULL: the token is not scoped to a project */
	const char *project_name;
	const char *project_domain_id;
	const char *domain_id;       /* of a token for a domain */
	const char *domain_name;
	const char *system_scope;    /* "all": a token for the system */
	const char *trust_id;        /* of a token for a trust, with who gave and who got it */
	const char *trustor_user_id;
	const char *trustee_user_id;
	const char *access_rules;    /* JSON list: all that an application credential may be
					used for; NULL: whatever its roles allow */
	const char *service_user_id; /* of the token in X-Service-Token, where that counts */
	const char *service_project_id;
	const char *token_hash;      /* hex; identifies the token without being it */
	const char *roles[ROLES_MAX];  /* as the answerer gave them: ask req_has_role() */
	const char *service_roles[ROLES_MAX];  /* of the token in X-Service-Token */
	size_t role_count;
	size_t service_role_count;
	int64_t expires_at;          /* epoch seconds */
	bool is_domain_scoped;
	bool is_system_scoped;
	bool is_admin_project;       /* Keystone: the project is the one for administrators */
};

/* Has the caller that role? Without regard to capitals (freezer-v1-v2 2.2). */
bool req_has_role(const struct caller *caller, const char *role);

#endif
