/* Freezer backups: the record of one finished backup run, kept as the agent wrote it. */
#include "config.h"

#include "freezer/freezer.h"

#include <json-c/json.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "store/queries.h"
#include "store/store.h"

/* ---- what it accepts ------------------------------------------------------------------------ */

static const char *const statuses[] = {
	"creating", "available", "error", "deleting", "deleted", NULL
};

#define METADATA_FIELDS(required) \
	{ .name = "container", .kinds = STRING, .flags = (required) | NOT_EMPTY, \
	  .length_max = 4096 }, \
	{ .name = "backup_name", .kinds = STRING, .flags = (required) | NOT_EMPTY, \
	  .length_max = 255 }, \
	{ .name = "hostname", .kinds = STRING, .flags = NOT_EMPTY, .length_max = 255 }, \
	{ .name = "host_name", .kinds = STRING, .flags = NOT_EMPTY, .length_max = 255 }

#define STATUS_FIELD { .name = "status", .kinds = STRING, .words = statuses }

/* The body of POST is the metadata; only `status` does not belong to it. */
static const struct field backup_fields[] = { METADATA_FIELDS(REQUIRED), STATUS_FIELD, { 0 } };
static const struct shape backup_shape = {
	.fields = backup_fields,
	.sample = "{\"backup_name\": \"etc\", \"container\": \"/srv/backups\", "
		  "\"hostname\": \"node1\", \"path_to_backup\": \"/etc\", \"mode\": "
		  "\"fs\", \"storage\": \"local\", \"time_stamp\": 1700000000, "
		  "\"curr_backup_level\": 0}"
};

/* In v1 all of it is metadata. */
static const struct field backup_v1_fields[] = { METADATA_FIELDS(REQUIRED), { 0 } };
static const struct shape backup_v1_shape = {
	.fields = backup_v1_fields,
	.sample = "{\"backup_name\": \"etc\", \"container\": \"/srv/backups\", "
		  "\"path_to_backup\": \"/etc\", \"mode\": \"fs\", \"storage\": "
		  "\"local\", \"time_stamp\": 1700000000, \"curr_backup_level\": 0, "
		  "\"host_name\": \"node1\"}"
};

/* What a patch may not spoil is what a create had to bring. */
static const struct field metadata_fields[] = { METADATA_FIELDS(0), { 0 } };
static const struct shape metadata_shape = { .fields = metadata_fields };

static const struct field patch_fields[] = {
	{ .name = "backup_metadata", .kinds = OBJECT, .shape = &metadata_shape },
	STATUS_FIELD,
	{ 0 }
};
static const struct shape patch_shape = {
	.fields = patch_fields,
	.sample = "{\"status\": \"error\", \"backup_metadata\": {\"broken_links\": 3}}"
};

/* ---- what it does --------------------------------------------------------------------------- */

static bool backup_list(struct req *rq)
{
	return list_reply(rq, KIND_BACKUPS, req_scope(rq));
}

static bool backup_show(struct req *rq)
{
	return doc_show(rq, KIND_BACKUPS, req_word(rq, "backup_id"));
}

static void member_add(struct text *doc, const char *name, const char *value)
{
	text_printf(doc, "\"%s\":", name);
	text_json_string(doc, value == NULL ? "" : value);
	text_puts(doc, ",");
}

/* The posted text itself becomes the metadata, so that every number comes back as it was. */
static void metadata_add(struct text *doc, struct req *rq)
{
	text_puts(doc, "\"backup_metadata\":");
	if (!req_is_v1(rq) && json_has(rq->body, "status")) {
		json_object_object_del(rq->body, "status");
		text_puts(doc, json_text(rq->arena, rq->body));
	} else {
		text_add(doc, rq->body_text, rq->body_len);
	}
}

static const char *backup_document(struct req *rq, const char *id)
{
	struct text doc = { .arena = rq->arena };
	const char *status = json_get_string(rq->body, "status");

	text_puts(&doc, "{");
	member_add(&doc, "backup_id", id);
	member_add(&doc, "user_id", rq->caller.user_id);
	member_add(&doc, "user_name", rq->caller.user_name);
	member_add(&doc, "project_id", req_project(rq));
	if (status != NULL && !req_is_v1(rq))
		member_add(&doc, "status", status);
	metadata_add(&doc, rq);
	text_puts(&doc, "}");
	return doc.data;
}

static bool backup_create(struct req *rq)
{
	char id[UUID_HEX_SIZE];

	if (!json_has(rq->body, "hostname") && !json_has(rq->body, "host_name"))
		return problem(rq, 400, "$.hostname is a required property");
	uuid_hex(id);
	if (!doc_insert(rq, KIND_BACKUPS, req_project(rq), id, rq->caller.user_id,
			backup_document(rq, id)))
		return false;
	return reply_json(rq, 201, arena_printf(rq->arena, "{\"backup_id\": \"%s\"}", id));
}

/* One statement merges, so that two patches at once can't erase each other's keys. */
static bool backup_patch(struct req *rq)
{
	struct json_object *metadata = json_get(rq->body, "backup_metadata");

	if (STORE_ASK(rq, &sql_backup_patch, req_project(rq), req_word(rq, "backup_id"),
		      metadata == NULL ? "{}" : json_text(rq->arena, metadata),
		      json_get_string(rq->body, "status")) == NULL)
		return false;
	return backup_show(rq);
}

static bool backup_delete(struct req *rq)
{
	const char *id = req_word(rq, "backup_id");
	bool found;

	return doc_delete(rq, KIND_BACKUPS, req_scope(rq), id, &found) &&
	       doc_reply_deleted(rq, KIND_BACKUPS, id, found);
}

/* ---- how it is reached ---------------------------------------------------------------------- */

static const struct route backup_routes[] = {
	{ METHOD_GET, "/backups", "backups:get_all", backup_list, NULL, SEARCHES, 200 },
	{ METHOD_POST, "/backups", "backups:create", backup_create, &backup_shape,
	  SINGLE_STATEMENT | ONLY_V2, 201 },
	{ METHOD_POST, "/backups", "backups:create", backup_create, &backup_v1_shape,
	  SINGLE_STATEMENT | ONLY_V1, 201 },
	{ METHOD_GET, "/backups/{backup_id}", "backups:get", backup_show, NULL, 0, 200 },
	{ METHOD_PATCH, "/backups/{backup_id}", "backups:update", backup_patch, &patch_shape,
	  ONLY_V2 | SHOWS, 200 },
	{ METHOD_DELETE, "/backups/{backup_id}", "backups:delete", backup_delete, NULL,
	  SINGLE_STATEMENT, 204 },
	{ 0 }
};

static const struct field shown_fields[] = {
	{ .name = "backup_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "user_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "user_name", .kinds = STRING, .flags = REQUIRED },
	{ .name = "project_id", .kinds = STRING },
	{ .name = "backup_metadata", .kinds = OBJECT, .flags = REQUIRED },
	{ .name = "status", .kinds = STRING, .words = statuses },
	{ .name = "_version", .kinds = INTEGER },
	{ 0 }
};
static const struct shape shown_shape = { .fields = shown_fields };

const struct resource freezer_backup = { "backups", backup_routes, "backup_id", &shown_shape };
