/* Operation logs: what was done about checkpoints, and how it ended (spec data-protection-v1 3.9).
 * They are written where runs begin and end; here they are only read. */
#include "config.h"

#include "karbor/karbor.h"

#include "karbor/run.h"

static const char *const sort_keys[] = { "status", NULL };
static const struct filter filters[] = {
	{ .parameter = "checkpoint_id" },
	{ .parameter = "plan_id" },
	{ .parameter = "restore_id" },
	{ .parameter = "status" },
	{ .parameter = "id", .is_privileged = true },
	{ .parameter = "operation_type", .is_privileged = true },
	{ .parameter = "provider_id", .is_privileged = true },
	{ .parameter = "scheduled_operation_id", .is_privileged = true },
	{ 0 }
};
static const struct list log_pages = { .kind = KIND_OPERATION_LOGS, .items = "operation_logs",
				       .sort_keys = sort_keys, .filters = filters };

static bool log_list(struct req *rq)
{
	return karbor_list(rq, &log_pages, NULL);
}

static bool log_show(struct req *rq)
{
	return karbor_show(rq, KIND_OPERATION_LOGS, "operation_log_id", "operation_log");
}

static const struct route log_routes[] = {
	{ METHOD_GET, "/operation_logs", "operation_log:list", log_list, NULL, 0, 200 },
	{ METHOD_GET, "/operation_logs/{operation_log_id}", "operation_log:get", log_show, NULL, 0,
	  200 },
	{ 0 }
};

static const char *const operations[] = { RUN_PROTECT, RUN_DELETE, RUN_RESTORE, RUN_VERIFY,
					  RUN_COPY, NULL };

#define MAYBE(member) { .name = (member), .kinds = STRING | NULLABLE, .flags = REQUIRED }

static const struct field shown_fields[] = {
	{ .name = "id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "project_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "operation_type", .kinds = STRING, .flags = REQUIRED, .words = operations },
	{ .name = "status", .kinds = STRING, .flags = REQUIRED },
	MAYBE("checkpoint_id"),
	MAYBE("plan_id"),
	MAYBE("provider_id"),
	MAYBE("restore_id"),
	MAYBE("scheduled_operation_id"),
	{ .name = "started_at", .kinds = STRING, .flags = REQUIRED },
	MAYBE("ended_at"),
	{ .name = "error_info", .kinds = OBJECT | NULLABLE, .flags = REQUIRED },
	{ .name = "extra_info", .kinds = OBJECT | NULLABLE, .flags = REQUIRED },
	{ 0 }
};
static const struct shape shown_shape = { .fields = shown_fields, .wrapper = "operation_log" };

const struct resource karbor_operation_log = { "operation_logs", log_routes, "id", &shown_shape };
