/* From what a client says of itself to a user and a project. */
#ifndef PERMAFROST_IDENTITY_LOGIN_H
#define PERMAFROST_IDENTITY_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/req.h"
#include "base/resource.h"

/* Who logs in, and for what; strings live in the request. */
struct login {
	const char *user_id;
	const char *password_hash;   /* that the user had when asked */
	const char *project_id;      /* NULL: unscoped */
	const char *methods;         /* comma-separated, e.g. "password,token" */
	int64_t not_after;           /* epoch second; 0: as long as a new token lives */
};

/* What the body of POST /v3/auth/tokens must look like. */
extern const struct shape login_shape;

/*
 * Find the user by password or token, and the project of the scope. False with a problem set: 401
 * when a name, password, token, project or role is wrong (which of them is not told), 429 with
 * Retry-After after too many wrong passwords, 400 when the body makes no sense.
 */
bool login_read(struct req *rq, struct login *login);

/* The 401 of login_read(): one answer for every reason, so that none can be told apart. False. */
bool login_refuse(struct req *rq);
#ifdef __clang_analyzer__   /* it reads file by file and can't see that this returns false */
#define login_refuse(...) ((void)login_refuse(__VA_ARGS__), false)
#endif

#endif
