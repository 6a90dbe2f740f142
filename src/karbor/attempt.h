/* Attempts at what a checkpoint holds: restores and verifications. They differ in what they accept
 * and in what is done with each resource (spec data-protection-v1 3.7, 3.8). */
#ifndef PERMAFROST_KARBOR_ATTEMPT_H
#define PERMAFROST_KARBOR_ATTEMPT_H

#include <stdbool.h>

#include "base/clock.h"
#include "karbor/karbor.h"
#include "provider/provider.h"

struct query;

/*
 * Their states. The reference calls the first and last `started` and `failed`; these are what the
 * service and its clients used (section 8 row 8). Lists understand both.
 */
#define IN_PROGRESS "in_progress"
#define SUCCESS "success"
#define FAIL "fail"

struct attempt_kind {
	enum kind kind;
	const char *name;                    /* "restore": the wrapper of its documents */
	const char *run;                     /* the operation of its run: RUN_RESTORE */
	enum provider_operation operation;
	bool has_options;                    /* of its own, in the parameters */
	const char *going;                   /* the state of a resource that is worked on */
	const struct query *insert;
};

struct attempt {
	struct req *rq;
	const struct attempt_kind *kind;
	struct json_object *given;           /* of the body */
	const struct provider *provider;
	struct document checkpoint;
	struct json_object *work;            /* as run_add_work() takes it */
	struct json_object *doc;             /* what will be stored; more may be added */
	char id[UUID_DASHED_SIZE];
};

/*
 * Hold the checkpoint that the body names and make document and work of the attempt. A checkpoint
 * of another project is as unknown as none: 404. It must be kept by the provider that the body
 * names, be available, and hold nothing that was saved and that the provider can't do this with:
 * 400, as are parameters that its restore schemas don't know. False with a problem set.
 */
bool attempt_begin(struct req *rq, const struct attempt_kind *kind, struct attempt *attempt);

/* Store document, operation log and work items. False with a problem set. */
bool attempt_store(struct attempt *attempt);

/* Reply with the document as it was stored. False with a problem set. */
bool attempt_reply(struct attempt *attempt);

/* The state that a word of the reference or of the original means, for the filter of lists. */
const char *attempt_status(const char *word);

/* Members of every attempt as shown, and of every body. */
#define ATTEMPT_SHOWN \
	{ .name = "id", .kinds = STRING, .flags = REQUIRED }, \
	{ .name = "project_id", .kinds = STRING, .flags = REQUIRED }, \
	{ .name = "provider_id", .kinds = STRING, .flags = REQUIRED }, \
	{ .name = "checkpoint_id", .kinds = STRING, .flags = REQUIRED }, \
	{ .name = "parameters", .kinds = OBJECT, .flags = REQUIRED }, \
	{ .name = "status", .kinds = STRING, .flags = REQUIRED, .words = attempt_statuses }, \
	{ .name = "resources_status", .kinds = OBJECT, .flags = REQUIRED }, \
	{ .name = "resources_reason", .kinds = OBJECT, .flags = REQUIRED }, \
	{ .name = "resource_status", .kinds = OBJECT, .flags = REQUIRED }, \
	{ .name = "resource_reason", .kinds = OBJECT, .flags = REQUIRED }

extern const char *const attempt_statuses[];
extern const char *const attempt_sort_keys[];
extern const struct filter attempt_filters[];

#endif
