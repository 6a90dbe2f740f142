/* What the files of checkpoints share. */
#ifndef PERMAFROST_KARBOR_CHECKPOINT_INT_H
#define PERMAFROST_KARBOR_CHECKPOINT_INT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/req.h"
#include "base/resource.h"

struct json_object;
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

/* A checkpoint to be; its document belongs to the request. */
struct new_checkpoint {
	const char *project_id;
	const char *copy_of;             /* NULL: an original */
	struct json_object *doc;
	char id[UUID_DASHED_SIZE];
	const char *text;                /* set: the document as it was stored */
	size_t len;
};

/* Insert it, if the project may have one more. False with a problem set. */
bool checkpoint_insert(struct req *rq, struct new_checkpoint *checkpoint);

/* ---- checkpoint_create.c, checkpoint_copy.c: handlers, and what they accept ------------------ */

bool checkpoint_create(struct req *rq);
extern const struct shape checkpoint_create_body;

bool checkpoint_copy(struct req *rq);
extern const struct shape checkpoint_copy_body;

#endif
