/* What the files of checkpoints share. */
#ifndef PERMAFROST_KARBOR_CHECKPOINT_INT_H
#define PERMAFROST_KARBOR_CHECKPOINT_INT_H

#include <stdbool.h>

#include "base/req.h"
#include "base/resource.h"

struct provider;

/* Their states (spec data-protection-v1 3.6). */
#define PROTECTING "protecting"
#define AVAILABLE "available"
#define ERROR "error"
#define DELETING "deleting"
#define DELETED "deleted"
#define ERROR_DELETING "error-deleting"
#define WAIT_COPYING "wait_copying"
#define COPYING "copying"

/* ---- checkpoint.c --------------------------------------------------------------------------- */

/* The provider in the path; NULL with a problem set: 400 for no UUID, 404 for none of ours. */
const struct provider *checkpoint_provider(struct req *rq);

/* ---- checkpoint_create.c, checkpoint_copy.c: handlers, and what they accept ------------------ */

bool checkpoint_create(struct req *rq);
extern const struct shape checkpoint_create_body;

bool checkpoint_copy(struct req *rq);
extern const struct shape checkpoint_copy_body;

#endif
