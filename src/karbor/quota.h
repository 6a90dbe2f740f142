/* How many plans and checkpoints a project may have (spec data-protection-v1 2.15). */
#ifndef PERMAFROST_KARBOR_QUOTA_H
#define PERMAFROST_KARBOR_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/req.h"

enum quota { QUOTA_PLANS, QUOTA_CHECKPOINTS, QUOTA_COUNT };

/* The limits that hold where nothing else was set; -1 is none. */
void quota_configure(int64_t plans, int64_t checkpoints);

/*
 * May the project have one more? Nobody else adds one until the transaction ends. False with a 413
 * problem when it is full (spec 2.15).
 */
bool quota_take(struct req *rq, const char *project, enum quota quota);

#endif
