/* Inside the provider room: schemas, templates, and what a file became. */
#ifndef PERMAFROST_PROVIDER_PROVIDER_INT_H
#define PERMAFROST_PROVIDER_PROVIDER_INT_H

#include "provider/provider.h"

#include <json-c/json.h>

/* ---- fault.c: what is wrong in a file ------------------------------------------------------- */

/* The first thing wrong, and the line of the value that was looked at last. */
struct fault {
	struct arena *arena;
	size_t line;
	const char *text;      /* NULL: nothing */
};

/* The value is looked at now. Values without a line leave that of what they are in. */
void fault_at(struct fault *fault, struct json_object *value);

/* Says what is wrong, unless something was before; returns false. */
bool fault_is(struct fault *fault, const char *format, ...) __attribute__((format(printf, 2, 3)));
#ifdef __clang_analyzer__   /* it reads file by file and can't see that this returns false */
#define fault_is(...) ((void)fault_is(__VA_ARGS__), false)
#endif

/* ---- json_schema_read.c --------------------------------------------------------------------- */

/* Is it a schema, with the keywords we know and defaults that fit? */
bool json_schema_is_sound(struct fault *fault, struct json_object *schema);

/* ---- json_schema.c: the part of JSON Schema that providers use ------------------------------ */

bool json_schema_is_type(const char *name);

/* How strict the outermost object is; members are always judged as JSON Schema says. */
enum json_schema_flags {
	JSON_SCHEMA_CLOSED = 1 << 0,   /* unknown members are refused where the schema does not
					  speak of additionalProperties */
	JSON_SCHEMA_PART = 1 << 1,     /* what is required may be absent */
};

/* Does the value fit a sound schema? False with *why in the arena: the path and the rule. */
bool json_schema_holds(struct arena *arena, struct json_object *schema, struct json_object *value,
		       const char *path, unsigned flags, const char **why);

/* A copy of an object in which texts that mean a boolean or number are one, where the schema wants
 * that and no text; owned by the arena. */
struct json_object *json_schema_coerce(struct arena *arena, struct json_object *schema,
				       struct json_object *object);

/* Add the default of each property that the object lacks. */
void json_schema_defaults(struct json_object *schema, struct json_object *object);

/* ---- template.c: placeholders --------------------------------------------------------------- */

/* Is that the name of a value which templates of this kind may use? */
typedef bool name_judge(const char *name, const void *argument);

/* Are all placeholders in the texts of a value well written, and their names good? */
bool template_is_sound(struct fault *fault, struct json_object *value, name_judge *judge,
		       const void *argument);

/*
 * A copy with each placeholder filled in from `values`, owned by the arena; members and elements
 * that were left out are not there. False with *why when a value is absent or can't be put in.
 */
bool template_expand(struct arena *arena, struct json_object *value, struct json_object *values,
		     struct json_object **expanded, const char **why);

/* Can the text be put into an action as it is? See doc/providers.md; *why is static. */
bool template_takes(const char *text, size_t len, const char **why);

/* ---- file.c --------------------------------------------------------------------------------- */

struct operation {
	struct json_object *job_action;    /* NULL: there is nothing to do */
	struct json_object *client;        /* a template; NULL: any central scheduler */
};

struct protectable {
	const char *type;
	struct json_object *schemas[PROVIDER_SCHEMA_COUNT];       /* NULL: no properties at all */
	struct operation operations[PROVIDER_OPERATION_COUNT];
};

struct provider {
	const char *path;
	const char *id;
	const char *name;
	const char *description;
	const char *json;
	bool is_enabled;
	struct protectable *protectables;
	size_t count;
};

extern const char *const schema_names[PROVIDER_SCHEMA_COUNT];          /* as the API spells them */
extern const char *const operation_names[PROVIDER_OPERATION_COUNT + 1]; /* as files spell them */

/* Read a provider file; everything lives in the arena. False with the reason logged. */
bool provider_file_read(struct arena *arena, const char *path, struct provider *provider);

/* The same for what a file says; `path` names it in the log. */
bool provider_text_read(struct arena *arena, const char *path, const char *text, size_t len,
			struct provider *provider);

#endif
