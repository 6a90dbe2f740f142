/* What the files of this room share. */
#ifndef PERMAFROST_ADMIN_ADMIN_INT_H
#define PERMAFROST_ADMIN_ADMIN_INT_H

#include "admin/admin.h"

#include "base/req.h"

/* Sets of options that only some commands take. */
enum { OPTION_PASSWORD = 1 << 0, OPTION_ID = 1 << 1, OPTION_CALLER = 1 << 2,
       OPTION_PATTERN = 1 << 3, OPTION_CHECKUP = 1 << 4, OPTION_FROM = 1 << 5,
       OPTION_DRY_RUN = 1 << 6 };

#define COMMAND(words, function, names, options, operands, text) \
	enum admin_status function(struct wish *wish);
#include "admin/commands.def"
#undef COMMAND

/* admin_error() for what the store refused: says rq->problem. */
enum admin_status admin_refused(const struct req *rq);
#ifdef __clang_analyzer__   /* it reads file by file and can't see that this is a failure */
#define admin_refused(...) ((void)admin_refused(__VA_ARGS__), ADMIN_FAILED)
#endif

#define ADMIN_PASSWORD_SIZE 514   /* what crypt(5) takes, its end, and two more to see an excess */

/* Read the password as the options say, asking for it at a terminal. False: the error is told. The
 * caller wipes it. */
bool admin_password(const struct wish *wish, char password[ADMIN_PASSWORD_SIZE]);

/* Is the database there, at the schema this program knows? False: the error is told. */
bool admin_database_ready(void);

#endif
