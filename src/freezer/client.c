/* Freezer clients: the machines on which a scheduler runs, and what each of them can do. */
#include "config.h"

#include "freezer/freezer.h"

#include <json-c/json.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "policy/policy.h"
#include "schema/schema.h"
#include "store/queries.h"
#include "store/store.h"

/* ---- what it accepts ------------------------------------------------------------------------ */

static const char *const actions[] = { "backup", "restore", "info", "admin", "exec", NULL };
static const char *const modes[] = { "fs", "mongo", "mysql", "sqlserver", "cinder", "glance",
				     "cindernative", "nova", NULL };
static const char *const storages[] = { "local", "swift", "ssh", "s3", "ftp", "ftps", NULL };
static const char *const engines[] = { "tar", "rsync", "rsyncv2", "nova", "osbrick", "glance",
				       NULL };

/* We show an unknown host name as "", so it comes back as that. */
static bool hostname_or_empty(const char *value)
{
	return *value == '\0' || format_hostname(value);
}

#define CAPABILITY(list, allowed) \
	{ .name = "supported_" #list, .kinds = ARRAY, .element_kinds = STRING, .words = (allowed) }

#define CLIENT_FIELDS \
	{ .name = "client_id", .kinds = STRING, .length_max = 255, .format = format_client_id, \
	  .format_text = "a host name, with or without PREFIX_ before it" }, \
	{ .name = "hostname", .kinds = STRING, .length_max = 255, .format = hostname_or_empty, \
	  .format_text = "a host name" }, \
	{ .name = "description", .kinds = STRING, .length_max = 4096 }, \
	{ .name = "uuid", .kinds = STRING, .flags = NOT_EMPTY, .length_max = 255 }, \
	{ .name = "is_central", .kinds = BOOLEAN }, \
	CAPABILITY(actions, actions), \
	CAPABILITY(modes, modes), \
	CAPABILITY(storages, storages), \
	CAPABILITY(engines, engines)

static const struct field inner_fields[] = { CLIENT_FIELDS, { 0 } };
static const struct shape inner_shape = { .fields = inner_fields };

/* Flat, as every client sends it, or inside a `client`, as the reference documents it. */
static const struct field client_fields[] = {
	CLIENT_FIELDS,
	{ .name = "client", .kinds = OBJECT, .shape = &inner_shape },
	{ 0 }
};
static const struct shape client_shape = {
	.fields = client_fields,
	.sample = "{\"client_id\": \"node1\", \"hostname\": \"node1.example.org\", "
		  "\"description\": \"the first node\"}"
};

/* ---- registering ---------------------------------------------------------------------------- */

static void members_copy(struct json_object *to, struct json_object *from)
{
	json_object_object_foreach(from, key, value)
		json_object_object_add(to, key, json_object_get(value));
}

/* The client as posted: what is nested lies under what is not, and what is ours is left out. */
static struct json_object *client_posted(struct req *rq)
{
	struct json_object *client = json_own(rq->arena, json_object_new_object());
	struct json_object *nested = json_get(rq->body, "client");

	if (nested != NULL)
		members_copy(client, nested);
	members_copy(client, rq->body);
	json_object_object_del(client, "client");
	json_object_object_del(client, "user_id");
	json_object_object_del(client, "project_id");
	return client;
}

static void member_default(struct json_object *object, const char *key, const char *value)
{
	if (!json_has(object, key))
		json_object_object_add(object, key, json_object_new_string(value));
}

static const char *client_document(struct req *rq, struct json_object *posted)
{
	struct json_object *doc = json_own(rq->arena, json_object_new_object());
	struct json_object *client = json_object_new_object();
	char uuid[UUID_HEX_SIZE];

	uuid_hex(uuid);
	members_copy(client, posted);
	member_default(client, "uuid", uuid);
	member_default(client, "hostname", "");
	member_default(client, "description", "");
	json_object_object_add(doc, "project_id", json_object_new_string(req_project(rq)));
	json_object_object_add(doc, "user_id", json_object_new_string(rq->caller.user_id));
	json_object_object_add(doc, "client", client);
	return json_text(rq->arena, doc);
}

static bool is_central(struct json_object *client)
{
	return json_object_get_boolean(json_get(client, "is_central"));
}

/* A central client serves every project, so it takes more than a member to make one. */
static bool client_may_be_central(struct req *rq, struct json_object *posted)
{
	const struct target target = { .project_id = req_project(rq),
				       .user_id = rq->caller.user_id };

	if (!is_central(posted) ||
	    policy_check("clients:create_central", &rq->caller, &target))
		return true;
	return problem(rq, 403, "you are not allowed to do this");
}

static bool client_is_elsewhere(struct req *rq, const char *id, bool *elsewhere)
{
	struct rows *rows = STORE_ASK(rq, &sql_client_elsewhere, req_project(rq), id);
	if (rows == NULL)
		return false;
	*elsewhere = rows_count(rows) > 0;
	return true;
}

/* May another project's client stand in the way of this one? Nobody registers its id meanwhile. */
static bool client_is_taken(struct req *rq, const char *id, struct json_object *posted,
			    bool *taken)
{
	if (STORE_ASK(rq, &sql_client_guard, id) == NULL)
		return false;
	if (!is_central(posted))
		return client_is_elsewhere(rq, id, taken);
	struct rows *rows = STORE_ASK(rq, &sql_client_taken, req_project(rq), id);
	if (rows == NULL)
		return false;
	*taken = rows_count(rows) > 0;
	return true;
}

static bool client_insert(struct req *rq, const char *id, struct json_object *posted,
			  bool *inserted)
{
	struct rows *rows = STORE_ASK(rq, &sql_doc_insert[KIND_CLIENTS], req_project(rq), id,
				      rq->caller.user_id, client_document(rq, posted));
	if (rows == NULL)
		return false;
	*inserted = rows_count(rows) > 0;
	return true;
}

static bool client_refuse(struct req *rq, struct json_object *posted, bool taken)
{
	const char *id = json_get_string(posted, "client_id");

	if (!taken)
		return problem(rq, 409, "client_id %s or its uuid is taken by another client", id);
	return problem(rq, 409, "client_id %s is taken by a %s", id,
		       is_central(posted) ? "client of another project" : "central client");
}

/*
 * What was posted replaces what was known; what was not, and the uuid, stay. A client that is there
 * although its id is taken was so earlier: it stays what it is, but becomes no central one.
 */
static bool client_update(struct req *rq, const char *id, struct json_object *posted, bool taken)
{
	struct document doc;
	bool found;

	if (!doc_lock(rq, KIND_CLIENTS, req_scope(rq), id, &doc, &found))
		return false;
	struct json_object *client = found ? json_get(doc.json, "client") : NULL;
	if (!found || (taken && is_central(posted) && !is_central(client)))
		return client_refuse(rq, posted, taken);
	json_object_object_del(posted, "uuid");
	members_copy(client, posted);
	return document_save(rq, KIND_CLIENTS, &doc);
}

static bool client_register(struct req *rq)
{
	struct json_object *posted = client_posted(rq);
	const char *id = json_get_string(posted, "client_id");
	bool taken, inserted = false;

	if (id == NULL)
		return problem(rq, 400, "$.client_id is a required property");
	if (!client_may_be_central(rq, posted) || !client_is_taken(rq, id, posted, &taken) ||
	    (!taken && !client_insert(rq, id, posted, &inserted)))
		return false;
	if (!inserted && req_is_v1(rq))
		return client_refuse(rq, posted, taken);
	if (!inserted && !client_update(rq, id, posted, taken))
		return false;
	return reply_json(rq, 201, arena_printf(rq->arena, "{\"client_id\": \"%s\"}", id));
}

/* ---- showing and deleting ------------------------------------------------------------------- */

static bool client_list(struct req *rq)
{
	return list_reply(rq, KIND_CLIENTS, req_scope(rq));
}

/* The project's own entry, else a central client. */
static bool client_find(struct req *rq, const char *project, const char *id,
			struct document *doc, bool *found)
{
	struct rows *rows = STORE_ASK(rq, &sql_client_find, project, id);
	if (rows == NULL)
		return false;
	*doc = (struct document){ .id = id };
	*found = rows_count(rows) > 0;
	if (*found) {
		doc->text = rows_text(rows, 0, "doc");
		doc->len = rows_length(rows, 0, "doc");
	}
	return true;
}

static bool client_show(struct req *rq)
{
	return doc_show(rq, KIND_CLIENTS, req_word(rq, "client_id"));
}

static bool client_delete(struct req *rq)
{
	const char *id = req_word(rq, "client_id");
	bool found, elsewhere = false;

	if (!doc_delete(rq, KIND_CLIENTS, req_scope(rq), id, &found))
		return false;
	if (!found && !req_is_v1(rq) && !client_is_elsewhere(rq, id, &elsewhere))
		return false;
	if (elsewhere)
		return problem(rq, 403, "you are not allowed to do this");
	return doc_reply_deleted(rq, KIND_CLIENTS, id, found);
}

/* ---- what it can run ------------------------------------------------------------------------ */

/* A parameter of an action, and the list of the client that must name its value. */
static const struct capability {
	const char *parameter;
	const char *list;
} capabilities[] = {
	{ "action", "supported_actions" },
	{ "mode", "supported_modes" },
	{ "storage", "supported_storages" },
	{ "engine", "supported_engines" },
	{ "engine_name", "supported_engines" },   /* what the agent itself reads */
};

static bool list_holds(struct json_object *list, struct json_object *value)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (json_same(json_object_array_get_idx(list, i), value))
			return true;
	}
	return false;
}

/* A client that declares no list can run everything. */
static bool action_can_run(struct req *rq, struct json_object *client, struct json_object *action)
{
	for (size_t n = 0; n < sizeof(capabilities) / sizeof(capabilities[0]); n++) {
		const struct capability *capability = &capabilities[n];
		struct json_object *value = json_get(action, capability->parameter);
		struct json_object *list = json_get(client, capability->list);

		if (value == NULL || list == NULL || list_holds(list, value))
			continue;
		return problem(rq, 422, "client %s does not support %s %s",
			       json_get_string(client, "client_id"), capability->parameter,
			       json_text(rq->arena, value));
	}
	return true;
}

bool client_can_run(struct req *rq, const char *project, const char *client_id,
		    struct json_object *job_actions)
{
	struct json_error error;
	struct document doc;
	bool found;

	if (!client_find(rq, project, client_id, &doc, &found))
		return false;
	if (!found)
		return problem(rq, 422, "no client with id %s", client_id);
	if (!json_parse_stored(rq->arena, doc.text, doc.len, &doc.json, &error))
		return problem(rq, 500, "client %s can't be read: %s", client_id, error.reason);
	struct json_object *client = json_get(doc.json, "client");
	size_t count = job_actions == NULL ? 0 : json_object_array_length(job_actions);
	for (size_t n = 0; n < count; n++) {
		struct json_object *entry = json_object_array_get_idx(job_actions, n);
		if (!action_can_run(rq, client, json_get(entry, "freezer_action")))
			return false;
	}
	return true;
}

/* ---- how it is reached ---------------------------------------------------------------------- */

static const struct route client_routes[] = {
	{ METHOD_GET, "/clients", "clients:get_all", client_list, NULL, SEARCHES, 200 },
	{ METHOD_POST, "/clients", "clients:create", client_register, &client_shape, 0, 201 },
	{ METHOD_GET, "/clients/{client_id}", "clients:get", client_show, NULL, 0, 200 },
	{ METHOD_DELETE, "/clients/{client_id}", "clients:delete", client_delete, NULL, 0, 204 },
	{ 0 }
};

static const struct field shown_fields[] = {
	{ .name = "user_id", .kinds = STRING, .flags = REQUIRED },
	{ .name = "project_id", .kinds = STRING },
	{ .name = "client", .kinds = OBJECT, .flags = REQUIRED, .shape = &inner_shape },
	{ 0 }
};
static const struct shape shown_shape = { .fields = shown_fields };

const struct resource freezer_client = { "clients", client_routes, "client_id", &shown_shape };
