/* Verifications: attempts to read what a checkpoint holds (spec data-protection-v1 3.8). */
#include "config.h"

#include "karbor/attempt.h"

#include "karbor/run.h"
#include "schema/schema.h"
#include "store/queries.h"

static const struct field create_fields[] = {
	KARBOR_UUID("provider_id", REQUIRED),
	KARBOR_UUID("checkpoint_id", REQUIRED),
	{ .name = "parameters", .kinds = OBJECT, .shape = &karbor_params },
	{ 0 }
};
static const struct shape create_shape = { .fields = create_fields, .closed = true };
static const struct field create_body_fields[] = {
	{ .name = "verification", .kinds = OBJECT, .flags = REQUIRED, .shape = &create_shape },
	{ 0 }
};
static const struct shape create_body = { .fields = create_body_fields, .closed = true,
	.sample = "{\"verification\": {\"provider_id\": \"8f3b6f0e-2a54-4c57-9d0b-6a1d0f7f5c21\", "
		  "\"checkpoint_id\": \"22b82aa7-9179-4c71-bba2-caf5c0e68db7\", "
		  "\"parameters\": {}}}" };

static const struct attempt_kind verification_kind = {
	.kind = KIND_VERIFICATIONS, .name = "verification", .run = RUN_VERIFY,
	.operation = PROVIDER_VERIFY, .going = "verifying", .insert = &sql_verification_insert,
};

static const struct list verification_pages = { .kind = KIND_VERIFICATIONS,
	.items = "verifications", .sort_keys = attempt_sort_keys, .filters = attempt_filters };

static bool verification_list(struct req *rq)
{
	return karbor_list(rq, &verification_pages, NULL);
}

static bool verification_show(struct req *rq)
{
	return karbor_show(rq, KIND_VERIFICATIONS, "verification_id", "verification");
}

static bool verification_create(struct req *rq)
{
	struct attempt attempt;

	return attempt_begin(rq, &verification_kind, &attempt) && attempt_store(&attempt) &&
	       attempt_reply(&attempt);
}

static const struct route verification_routes[] = {
	{ METHOD_GET, "/verifications", "verification:get_all", verification_list, NULL, 0, 200 },
	{ METHOD_POST, "/verifications", "verification:create", verification_create, &create_body,
	  0, 200 },
	{ METHOD_GET, "/verifications/{verification_id}", "verification:get", verification_show,
	  NULL, 0, 200 },
	{ 0 }
};

static const struct field shown_fields[] = { ATTEMPT_SHOWN, { 0 } };
static const struct shape shown_shape = { .fields = shown_fields, .wrapper = "verification" };

const struct resource karbor_verification = { "verifications", verification_routes, "id",
					      &shown_shape };
