/* What the checks of "permafrost-manage doctor" share. */
#ifndef PERMAFROST_ADMIN_DOCTOR_INT_H
#define PERMAFROST_ADMIN_DOCTOR_INT_H

#include <stdbool.h>
#include <stdint.h>

#include "admin/admin_int.h"
#include "admin/nginx.h"
#include "base/text.h"

/* What one check finds, worst last; SKIP: it could not look, which is no fault. */
enum health { HEALTH_OK, HEALTH_SKIP, HEALTH_WARN, HEALTH_BAD };

/* What is there to look at, for later checks. */
enum { HAS_SETTINGS = 1 << 0, HAS_DATABASE = 1 << 1, HAS_SCHEMA = 1 << 2, HAS_SOCKET = 1 << 3 };

struct checkup {
	struct wish *wish;
	struct req *rq;
	struct arena *arena;         /* of rq */
	unsigned has;
	bool any_warn, any_bad;
	const char *name;            /* of the check that is made */
	int told;                    /* its lines so far */
	struct text said;            /* what was logged meanwhile, joined by "; " */
	const struct rows *server;   /* doctor_server, once the database answers */
	struct site site;            /* once its file was read */
	const char *socket;          /* the workers'; NULL: unknown */
};

/* Print a line: what was found and, unless NULL, what mends it. A check without a line is well. */
void doctor_tell(struct checkup *checkup, enum health health, const char *remedy,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* What was logged since the check began; `otherwise` when nothing was. */
const char *doctor_said(const struct checkup *checkup, const char *otherwise);

#define DOCTOR_CLOCK_TOLERANCE 5   /* seconds */

/* A clock that is `apart` seconds ahead of ours: told when that is too much. */
void doctor_clock_compare(struct checkup *checkup, const char *whose, int64_t apart);

#define CHECK(name, function, needs, fine) void function(struct checkup *checkup);
#include "admin/doctor.def"
#undef CHECK

/* ---- access.c: what another user may do ------------------------------------------------------ */

struct account;

/* The user of that name; NULL when there is none. */
const struct account *account_of(struct arena *arena, const char *name);

/*
 * May the user do what `modes` (R_OK, W_OK) say to a file, by the modes of the file and of the
 * directories above it? Else *obstacle, in the arena, says which of them is in the way. True also
 * when we can't look ourselves. Access control lists are not looked at.
 */
bool account_may(struct arena *arena, const struct account *account, const char *path, int modes,
		 const char **obstacle);

#endif
