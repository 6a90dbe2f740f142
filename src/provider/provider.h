/* Providers: files that say what can be protected, with which options, and by which actions. */
#ifndef PERMAFROST_PROVIDER_PROVIDER_H
#define PERMAFROST_PROVIDER_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct json_object;
struct provider;

/* ---- which there are ------------------------------------------------------------------------ */

/*
 * Read every *.yaml of the directories (separated by blanks or commas; one that does not exist
 * holds none). False when a file is broken or two have the same id: each reason is logged with
 * file and line, and the providers that were in force stay, all of them.
 */
bool provider_load(const char *directories);

/*
 * Load again what changed; looks once a second at most. Broken files are logged and change nothing.
 * Call it between requests only: what the functions below returned is void after it.
 */
void provider_refresh(void);

/* The enabled providers, by id, ascending (spec data-protection-v1 3.2). */
size_t provider_count(void);
const struct provider *provider_at(size_t n);

/* The one of that id, spelled as in its file; NULL when there is none. */
const struct provider *provider_find(const char *id);

const char *provider_id(const struct provider *provider);
const char *provider_name(const struct provider *provider);
const char *provider_description(const struct provider *provider);   /* "" when it has none */

/* The provider as the API shows it: a JSON text, ready to send. */
const char *provider_json(const struct provider *provider);

/* ---- what its callers may ask for ----------------------------------------------------------- */

enum provider_schema { PROVIDER_OPTIONS_SCHEMA, PROVIDER_RESTORE_SCHEMA,
		       PROVIDER_SAVED_INFO_SCHEMA, PROVIDER_SCHEMA_COUNT };

/* Can a plan at this provider name resources of the type? */
bool provider_protects(const struct provider *provider, const char *type);

/*
 * Does one entry of the parameters of a plan or restore (that of TYPE, or of TYPE#ID) fit the
 * schema? As clients send all values as text, "True" and "false" pass as a boolean and "3" as a
 * number. What is required but absent passes, as another entry may bring it: ask provider_settle()
 * about that. False with *why, in the arena, which names the JSON path below `path`, not the value.
 */
bool provider_check(struct arena *arena, const struct provider *provider,
		    enum provider_schema which, const char *type, struct json_object *value,
		    const char *path, const char **why);

/*
 * What the parameters {TYPE: {...}, TYPE#ID: {...}} come to for one resource: the entry of TYPE,
 * that of TYPE#ID over it, booleans and numbers for texts that mean them, defaults for what is
 * absent. `parameters` may be NULL; entries of other resources are not looked at. *settled belongs
 * to the arena. False with *why when the result does not fit or something required is absent.
 */
bool provider_settle(struct arena *arena, const struct provider *provider,
		     enum provider_schema which, struct json_object *parameters, const char *type,
		     const char *id, struct json_object **settled, const char **why);

/* ---- what its agents do --------------------------------------------------------------------- */

enum provider_operation { PROVIDER_PROTECT, PROVIDER_RESTORE, PROVIDER_DELETE, PROVIDER_VERIFY,
			  PROVIDER_COPY, PROVIDER_OPERATION_COUNT };

/* Is there something for an agent to do? A type without a protect action is protected by what
 * depends on it. */
bool provider_acts(const struct provider *provider, const char *type,
		   enum provider_operation operation);

struct provider_work {
	struct json_object *job_action;   /* as an element of a Freezer job's job_actions */
	const char *client_id;            /* NULL: any central scheduler */
};

/*
 * Fill in the template of an operation. `values` is an object of objects:
 *   resource    id, type, name, extra_info; here gets `client`, the machine that the id names
 *   project, checkpoint    id
 *   plan, provider         id, name
 *   parameters  the settled options of the resource
 *   restore     the settled restore parameters (PROVIDER_RESTORE)
 *   protect     the freezer_action that made the backup (all but PROVIDER_PROTECT)
 * True with *work, in the arena. False with *why when there is no such template or a value is
 * absent or can't be put into an action; see doc/providers.md.
 */
bool provider_work(struct arena *arena, const struct provider *provider, const char *type,
		   enum provider_operation operation, struct json_object *values,
		   struct provider_work *work, const char **why);

/* ---- kinds of resources: spec data-protection-v1 5.3 ---------------------------------------- */

/* The types that can be protected, in the order they are listed; NULL ends them. */
const char *const *protectable_types(void);

bool protectable_is_type(const char *type);

/* Those whose resources may depend on one of the type; NULL ends them. NULL for no type of ours. */
const char *const *protectable_dependents(const char *type);

#endif
