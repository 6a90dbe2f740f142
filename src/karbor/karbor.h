/* The Data Protection API's resources, one file each, and the few things they share. */
#ifndef PERMAFROST_KARBOR_KARBOR_H
#define PERMAFROST_KARBOR_KARBOR_H

#include <stdbool.h>

#include "base/req.h"
#include "base/resource.h"
#include "karbor/quota.h"
#include "provider/provider.h"
#include "store/doc.h"

struct query;

extern const struct resource karbor_versions;
extern const struct resource karbor_version;
extern const struct resource karbor_protectable;
extern const struct resource karbor_plan;
extern const struct resource karbor_provider;
extern const struct resource karbor_trigger;
extern const struct resource karbor_scheduled_operation;
extern const struct resource karbor_checkpoint;
extern const struct resource karbor_restore;
extern const struct resource karbor_verification;
extern const struct resource karbor_operation_log;
extern const struct resource karbor_quota;
extern const struct resource karbor_quota_class;
extern const struct resource karbor_service;

/* ---- document.c: one document --------------------------------------------------------------- */

/* The UUID in the path under this name, in the form that documents have; NULL with a 400 problem
 * when it is not UUID-like (spec data-protection-v1 2.7). */
const char *karbor_id(struct req *rq, const char *name);

/* The project whose documents the request may see; NULL: of every project, by policy. */
const char *karbor_scope(const struct req *rq);

/* Read a document of the request's scope by its id. False with a problem set: 404 when there is
 * none, or none that the caller may see: both are told in the same words. */
bool karbor_find(struct req *rq, enum kind kind, const char *id, struct document *doc);

/* The same, parsed into doc->json, and locked until the transaction ends. */
bool karbor_lock(struct req *rq, enum kind kind, const char *id, struct document *doc);

/*
 * For what a new document refers to: read one of the caller's own project, whoever asks, parsed
 * into doc->json, and keep others from changing or deleting it until the transaction ends.
 */
bool karbor_hold(struct req *rq, enum kind kind, const char *id, struct document *doc);
/* As karbor_lock(), for who only needs the document to stay as it is: others may do the same. */
bool karbor_share(struct req *rq, enum kind kind, const char *id, struct document *doc);

/* Insert a new document of the caller's project. False with a problem set. */
bool karbor_insert(struct req *rq, enum kind kind, const char *id, struct json_object *doc);

/* Write back the json of a locked document. False with a problem set. */
bool karbor_save(struct req *rq, enum kind kind, struct document *doc);

/* Reply 200 with {"<wrapper>": <text>}. True. */
bool karbor_reply(struct req *rq, const char *wrapper, const char *text, size_t len);

/* The whole of GET /<items>/{<word>}: find by the id in the path and reply. */
bool karbor_show(struct req *rq, enum kind kind, const char *word, const char *wrapper);

/* Reply 200 without a body, as a delete is answered (spec 2.4). True. */
bool karbor_reply_nothing(struct req *rq);

/* A whole number, or its digits as text. False for anything else; NULL (null) is none. */
bool karbor_whole_number(struct json_object *value, int64_t *number);

/* ---- list.c: a page of documents (spec data-protection-v1 2.9 to 2.11) ---------------------- */

/* A query parameter that narrows a list. A row without a parameter ends the list. */
struct filter {
	const char *parameter;
	const char *member;   /* of the document; "a.b" is b in a; NULL: as the parameter */
	bool is_piece;        /* the member holds the text; else it equals it */
	bool is_privileged;   /* counts for administrators alone; for others it is unknown */
	const char *(*meaning)(const char *value);   /* what is stored for it; NULL: as it came */
};

struct list {
	enum kind kind;
	const char *items;              /* "plans": the reply's member; links are "plans_links" */
	const char *const *sort_keys;   /* beside id and created_at; NULL-terminated */
	const struct filter *filters;
	const struct query *question;   /* NULL: page_list of the kind; another says what $4 is */
	bool reads_all_tenants;         /* of everybody, not of administrators alone (2.11) */
};

/*
 * Reply with a page: limit, marker, offset, sort (or sort_key and sort_dir), all_tenants and
 * project_id for administrators, the filters of the list; parameters that mean nothing here are
 * ignored. `also`, which may be NULL, is what the documents must hold besides. False with a
 * problem set: 400 names the parameter, 404 an unknown marker.
 */
bool karbor_list(struct req *rq, const struct list *list, struct json_object *also);

/* For lists in no table: limit, cut to the largest page, and offset. False with a 400 problem. */
bool karbor_part(struct req *rq, int64_t *limit, int64_t *offset);

/* What ends a page of `items` that is not the last one: the link to the page behind `last`. */
const char *karbor_page_tail(struct req *rq, const char *items, const char *last);
/* The absolute URL of the page after the document of id `last`: the request's, begun there. */
const char *karbor_next_url(struct req *rq, const char *last);

/* ---- parameters.c --------------------------------------------------------------------------- */

/* The provider of that id; NULL with a 400 problem that says where it was named. */
const struct provider *karbor_provider_find(struct req *rq, const char *id, const char *where);

/*
 * Do the parameters, an object of karbor_params, fit the schema of their types at the provider?
 * False with a 400 problem that names the place below `path`, "$.plan.parameters".
 */
bool karbor_parameters(struct req *rq, const struct provider *provider,
		       enum provider_schema which, struct json_object *parameters,
		       const char *path);

/* ---- service.c ------------------------------------------------------------------------------ */

/* The seconds of silence after which a process counts as down. */
void service_configure(int64_t seconds);

/* ---- trigger.c ------------------------------------------------------------------------------ */

struct recurrence_limits;

/* What windows and intervals triggers may have from now on. */
void trigger_configure(const struct recurrence_limits *allowed);

/* ---- shapes that several bodies share (spec data-protection-v1 2.8), in document.c ---------- */

extern const struct shape karbor_meta;     /* names with boolean, text or whole number */
extern const struct shape karbor_params;   /* names with a karbor_meta each */

#define KARBOR_KEY_TEXT "1 to 255 letters, digits, spaces or any of - _ : . #"
#define KARBOR_NAME(required) \
	{ .name = "name", .kinds = STRING, .flags = (required), .length_max = 255, \
	  .format = format_not_blank, .format_text = "a name: it has nothing but spaces" }
#define KARBOR_DESCRIPTION \
	{ .name = "description", .kinds = STRING | NULLABLE, .length_max = 255, \
	  .format = format_printable, .format_text = "one line of printable text" }
#define KARBOR_UUID(member, required) \
	{ .name = (member), .kinds = STRING, .flags = (required), .format = format_uuid, \
	  .format_text = "a UUID" }

#endif
