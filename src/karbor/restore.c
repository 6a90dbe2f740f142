/* Restores: attempts to rebuild what a checkpoint holds (spec data-protection-v1 3.7). What opens
 * their target is sealed before it is stored, and shown masked. */
#include "config.h"

#include "karbor/attempt.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "karbor/run.h"
#include "karbor/seal.h"
#include "schema/schema.h"
#include "store/queries.h"
#include "store/store.h"

#define AUTH "restore_auth"
#define AUTH_VALUE_MAX 4096      /* characters; a token of Keystone fits */

/* ---- what it accepts ------------------------------------------------------------------------ */

static const struct field no_fields[] = { { 0 } };
static const struct map auth_map = {
	.value = { .kinds = BOOLEAN | STRING | INTEGER, .length_max = AUTH_VALUE_MAX },
	.key_format = format_map_key,
	.key_text = "1 to 255 letters, digits, spaces or any of - _ : . #",
};
static const struct shape auth_shape = { .fields = no_fields, .map = &auth_map };

#define TARGET \
	{ .name = "restore_target", .kinds = STRING | NULLABLE, .length_max = 255, \
	  .format = format_printable, .format_text = "one line of printable text" }

static const struct field create_fields[] = {
	KARBOR_UUID("provider_id", REQUIRED),
	KARBOR_UUID("checkpoint_id", REQUIRED),
	{ .name = "parameters", .kinds = OBJECT, .flags = REQUIRED, .shape = &karbor_params },
	TARGET,
	{ .name = AUTH, .kinds = OBJECT | NULLABLE, .flags = SECRET, .shape = &auth_shape },
	{ 0 }
};
static const struct shape create_shape = { .fields = create_fields, .closed = true };
static const struct field create_body_fields[] = {
	{ .name = "restore", .kinds = OBJECT, .flags = REQUIRED, .shape = &create_shape },
	{ 0 }
};
static const struct shape create_body = { .fields = create_body_fields, .closed = true,
	.sample = "{\"restore\": {\"provider_id\": \"cf56bd3e-97a7-4078-b6d5-f36246333fd9\", "
		  "\"checkpoint_id\": \"dcb20606-ad71-40a3-80e4-ef0fafdad0c3\", "
		  "\"restore_target\": \"http://192.168.1.2/identity/\", "
		  "\"restore_auth\": {\"type\": \"password\", \"username\": \"admin\", "
		  "\"password\": \"secretadmin\"}, "
		  "\"parameters\": {\"OS::Cinder::Volume\": {}}}}" };

/* ---- what opens the target ------------------------------------------------------------------ */

/* The names that say who logs in, and where: under any other there may be a secret. */
static bool is_shown(const char *name)
{
	static const char *const names[] = {
		"type", "auth_url", "region", "region_name", "username", "user_id", "domain",
		"domain_id", "domain_name", "user_domain_id", "user_domain_name", "project",
		"project_id", "project_name", "project_domain_id", "project_domain_name",
		"tenant", "tenant_id", "tenant_name",
	};

	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		if (strcmp(name, names[n]) == 0)
			return true;
	}
	return false;
}

/* As it is shown and stored: every key as sent, what may be secret as ***. */
static struct json_object *auth_masked(struct json_object *auth)
{
	if (auth == NULL)
		return NULL;
	struct json_object *masked = json_object_new_object();
	json_object_object_foreach(auth, name, value) {
		json_object_object_add(masked, name, is_shown(name) ?
				       json_object_get(value) : json_object_new_string("***"));
	}
	return masked;
}

/* As JSON, printed into the arena only: json-c would keep a copy that nobody wipes. */
static struct text auth_text(struct req *rq, struct json_object *auth)
{
	struct text out = { .arena = rq->arena };
	const char *comma = "{";

	json_object_object_foreach(auth, name, value) {
		text_puts(&out, comma);
		text_json_string(&out, name);
		text_puts(&out, ": ");
		if (json_object_is_type(value, json_type_string))
			text_json_string(&out, json_object_get_string(value));
		else if (json_object_is_type(value, json_type_boolean))
			text_puts(&out, json_object_get_boolean(value) ? "true" : "false");
		else
			text_printf(&out, "%" PRId64, json_object_get_int64(value));
		comma = ", ";
	}
	text_puts(&out, "}");
	return out;
}

static bool is_empty(struct json_object *auth)
{
	return auth == NULL || json_object_object_length(auth) == 0;
}

/* Without a key nothing secret is taken: the rest works, and the operator learns how to go on. */
static bool may_seal(struct req *rq, struct json_object *auth)
{
	if (is_empty(auth) || seal_is_ready())
		return true;
	return problem(rq, 503, "there is no key to seal $.restore." AUTH " with: an operator "
		       "makes one with permafrost-manage secret create");
}

static bool auth_store(struct attempt *attempt, struct json_object *auth)
{
	struct req *rq = attempt->rq;
	const struct seal_place place = { AUTH, attempt->checkpoint.project_id, attempt->id };

	if (is_empty(auth))
		return true;
	struct text text = auth_text(rq, auth);
	struct sealed sealed = seal_close(rq->arena, &place, text.data, text.len);
	return STORE_ASK(rq, &sql_restore_secret_insert, place.project_id, place.id,
			 sealed.key_id, sealed.text) != NULL;
}

/* ---- what it does --------------------------------------------------------------------------- */

static const struct attempt_kind restore_kind = {
	.kind = KIND_RESTORES, .name = "restore", .run = RUN_RESTORE,
	.operation = PROVIDER_RESTORE, .has_options = true, .going = "restoring",
	.insert = &sql_restore_insert,
};

static const struct list restore_pages = { .kind = KIND_RESTORES, .items = "restores",
	.sort_keys = attempt_sort_keys, .filters = attempt_filters };

static bool restore_list(struct req *rq)
{
	return karbor_list(rq, &restore_pages, NULL);
}

static bool restore_show(struct req *rq)
{
	return karbor_show(rq, KIND_RESTORES, "restore_id", "restore");
}

static bool restore_create(struct req *rq)
{
	struct json_object *given = json_get(rq->body, "restore"), *auth = json_get(given, AUTH);
	struct json_object *target = json_get(given, "restore_target");
	struct attempt attempt;

	if (!may_seal(rq, auth) || !attempt_begin(rq, &restore_kind, &attempt))
		return false;
	json_object_object_add(attempt.doc, "restore_target", json_object_get(target));
	json_object_object_add(attempt.doc, AUTH, auth_masked(auth));
	return attempt_store(&attempt) && auth_store(&attempt, auth) && attempt_reply(&attempt);
}

/* ---- how it is reached ---------------------------------------------------------------------- */

static const struct route restore_routes[] = {
	{ METHOD_GET, "/restores", "restore:get_all", restore_list, NULL, 0, 200 },
	{ METHOD_POST, "/restores", "restore:create", restore_create, &create_body, 0, 200 },
	{ METHOD_GET, "/restores/{restore_id}", "restore:get", restore_show, NULL, 0, 200 },
	{ 0 }
};

static const struct field shown_fields[] = {
	ATTEMPT_SHOWN,
	{ .name = "restore_target", .kinds = STRING | NULLABLE, .flags = REQUIRED },
	{ .name = AUTH, .kinds = OBJECT | NULLABLE, .flags = REQUIRED },
	{ 0 }
};
static const struct shape shown_shape = { .fields = shown_fields, .wrapper = "restore" };

const struct resource karbor_restore = { "restores", restore_routes, "id", &shown_shape };
