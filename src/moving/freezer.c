/* Rows of freezer-api's tables, as its version 13.0.0 writes them, become documents. */
#include "config.h"

#include "moving/moving.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "base/utf8.h"
#include "freezer/freezer.h"
#include "schema/schema.h"

#define HOLD_OFF_DEFAULT 30   /* seconds; what freezer-api itself puts there */

/* A row on its way to a document. */
struct passage {
	struct req *rq;
	const struct dump_row *row;
	struct json_object *doc;
	const char *project;
	const char *id;
	const char *user_id;
};

/* ---- values --------------------------------------------------------------------------------- */

static bool is_text(const struct dump_cell *cell)
{
	const unsigned char *at = (const unsigned char *)cell->text;
	size_t left = cell->len;

	while (left > 0) {
		size_t len = utf8_length(at, left);
		if (len == 0 || *at == '\0')
			return false;
		at += len;
		left -= len;
	}
	return true;
}

static bool cells_are_text(struct req *rq, const struct dump_row *row)
{
	for (size_t n = 0; n < row->count; n++) {
		if (row->cells[n].text != NULL && !is_text(&row->cells[n]))
			return problem(rq, 400, "%s is not UTF-8", row->columns[n]);
	}
	return true;
}

/* NULL for null. */
static const char *cell_text(const struct dump_row *row, const char *column)
{
	const struct dump_cell *cell = dump_cell(row, column);

	return cell == NULL ? NULL : cell->text;
}

static void set_text(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

/* A column as a text; null becomes `otherwise`, and JSON's null where that is NULL. */
static void take_text(struct passage *passage, const char *key, const char *column,
		      const char *otherwise)
{
	const char *value = cell_text(passage->row, column);

	if (value == NULL)
		value = otherwise;
	json_object_object_add(passage->doc, key,
			       value == NULL ? NULL : json_object_new_string(value));
}

static bool cell_int(struct passage *passage, const char *column, int64_t *value)
{
	return text_to_int64(cell_text(passage->row, column), value) ||
	       problem(passage->rq, 400, "%s is no integer", column);
}

static bool take_int(struct passage *passage, const char *column, int64_t otherwise)
{
	int64_t value = otherwise;

	if (cell_text(passage->row, column) != NULL && !cell_int(passage, column, &value))
		return false;
	json_object_object_add(passage->doc, column, json_object_new_int64(value));
	return true;
}

/* A column that is only a member where it is not null. */
static bool take_int_if_any(struct passage *passage, struct json_object *object,
			    const char *column)
{
	int64_t value;

	if (cell_text(passage->row, column) == NULL)
		return true;
	if (!cell_int(passage, column, &value))
		return false;
	json_object_object_add(object, column, json_object_new_int64(value));
	return true;
}

/* The JSON in a column; a new and empty value of that type for null. */
static bool cell_json(struct passage *passage, const char *column, enum json_type type,
		      struct json_object **value)
{
	struct arena *arena = passage->rq->arena;
	const struct dump_cell *cell = dump_cell(passage->row, column);
	struct json_error error;

	*value = NULL;
	if (cell != NULL && !json_parse(arena, cell->text, cell->len, value, &error))
		return problem(passage->rq, 400, "%s at byte %zu: %s", column, error.offset,
			       error.reason);
	if (*value == NULL)
		*value = json_own(arena, type == json_type_array ? json_object_new_array() :
							      json_object_new_object());
	return json_object_is_type(*value, type) ||
	       problem(passage->rq, 400, "%s is no JSON %s", column, json_type_to_name(type));
}

static bool take_json(struct passage *passage, const char *key, const char *column,
		      enum json_type type)
{
	struct json_object *value;

	if (!cell_json(passage, column, type, &value))
		return false;
	json_object_object_add(passage->doc, key, json_object_get(value));
	return true;
}

/* ---- schemas -------------------------------------------------------------------------------- */

/* What POST takes, in v2. */
static const struct shape *posted_shape(const struct resource *resource)
{
	const struct route *route = resource->routes;

	while (route->method != METHOD_POST || (route->flags & ONLY_V1) != 0)
		route++;
	return route->body;
}

/* ---- documents ------------------------------------------------------------------------------ */

static void take_owner(struct passage *passage)
{
	set_text(passage->doc, "project_id", passage->project);
	set_text(passage->doc, "user_id", passage->user_id);
}

static void add_member(struct text *doc, const char *key, const char *value)
{
	text_printf(doc, "\"%s\":", key);
	text_json_string(doc, value == NULL ? "" : value);
	text_puts(doc, ",");
}

/*
 * The stored text itself becomes the metadata, so that every number stays as it was. It need not be
 * what POST takes today: nobody writes a backup back, and what an agent once said is history.
 */
static bool backup_document(struct passage *passage, const char **doc)
{
	struct text text = { .arena = passage->rq->arena };
	struct json_object *metadata;

	if (!cell_json(passage, "backup_metadata", json_type_object, &metadata))
		return false;
	const char *stored = cell_text(passage->row, "backup_metadata");
	text_puts(&text, "{");
	add_member(&text, "backup_id", passage->id);
	add_member(&text, "user_id", passage->user_id);
	add_member(&text, "user_name", cell_text(passage->row, "user_name"));
	add_member(&text, "project_id", passage->project);
	text_printf(&text, "\"backup_metadata\":%s}", stored == NULL ? "{}" : stored);
	*doc = text.data;
	return true;
}

static bool client_document(struct passage *passage, const char **doc)
{
	struct passage inner = *passage;

	inner.doc = json_object_new_object();
	json_object_object_add(passage->doc, "client", inner.doc);
	take_owner(passage);
	set_text(inner.doc, "client_id", passage->id);
	take_text(&inner, "hostname", "hostname", "");
	take_text(&inner, "description", "description", "");
	take_text(&inner, "uuid", "uuid", "");
	*doc = json_text(passage->rq->arena, passage->doc);
	return schema_check_at(passage->rq, inner.doc, posted_shape(&freezer_client), "$.client");
}

/* Each of these has a column of its own, and freezer-api believes the column. */
static bool parameters_take(struct passage *passage, struct json_object *parameters)
{
	static const struct { const char *key, *column; } texts[] = {
		{ "action", "action" }, { "mode", "actionmode" },
		{ "path_to_backup", "path_to_backup" }, { "backup_name", "backup_name" },
		{ "container", "container" }, { "log_file", "log_file" },
	};

	for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++) {
		const char *value = cell_text(passage->row, texts[n].column);
		if (value != NULL)
			set_text(parameters, texts[n].key, value);
	}
	return take_int_if_any(passage, parameters, "timeout") &&
	       take_int_if_any(passage, parameters, "priority");
}

static bool action_document(struct passage *passage, const char **doc)
{
	struct req *rq = passage->rq;
	const char *mandatory = cell_text(passage->row, "mandatory");

	set_text(passage->doc, "action_id", passage->id);
	take_owner(passage);
	if (!take_json(passage, "freezer_action", "backup_metadata", json_type_object) ||
	    !parameters_take(passage, json_get(passage->doc, "freezer_action")) ||
	    !take_int_if_any(passage, passage->doc, "max_retries") ||
	    !take_int_if_any(passage, passage->doc, "max_retries_interval"))
		return false;
	if (mandatory != NULL && strcmp(mandatory, "1") == 0)
		json_object_object_add(passage->doc, "mandatory", json_object_new_boolean(true));
	*doc = json_text(rq->arena, passage->doc);
	return schema_check(rq, passage->doc, posted_shape(&freezer_action)) &&
	       action_is_sound(rq, passage->doc, "$");
}

/* A scheduler's poll breaks off at a job without an event (spec freezer-v1-v2 5.2). */
static bool take_schedule(struct passage *passage)
{
	static const char *const states[] = { "event", "status", "result" };

	if (!take_json(passage, "job_schedule", "schedule", json_type_object))
		return false;
	struct json_object *schedule = json_get(passage->doc, "job_schedule");
	for (size_t n = 0; n < sizeof(states) / sizeof(states[0]); n++) {
		if (!json_has(schedule, states[n]))
			set_text(schedule, states[n], "");
	}
	return true;
}

static bool entries_are_sound(struct passage *passage)
{
	struct json_object *entries = json_get(passage->doc, "job_actions");

	for (size_t n = 0; n < json_array_length(entries); n++) {
		const char *path = arena_printf(passage->rq->arena, "$.job_actions[%zu]", n);
		if (!action_is_sound(passage->rq, json_object_array_get_idx(entries, n), path))
			return false;
	}
	return true;
}

/* The job's own copies of its actions are what its scheduler runs, so they stay as they are. */
static bool job_document(struct passage *passage, const char **doc)
{
	set_text(passage->doc, "job_id", passage->id);
	take_owner(passage);
	take_text(passage, "client_id", "client_id", "");
	take_text(passage, "description", "description", "");
	take_text(passage, "session_id", "session_id", "");
	if (!take_int(passage, "session_tag", 0) || !take_schedule(passage) ||
	    !take_json(passage, "job_actions", "job_actions", json_type_array))
		return false;
	*doc = json_text(passage->rq->arena, passage->doc);
	return schema_check(passage->rq, passage->doc, posted_shape(&freezer_job)) &&
	       entries_are_sound(passage);
}

static bool session_document(struct passage *passage, const char **doc)
{
	static const char *const times[] = { "time_start", "time_end", "time_started",
					     "time_ended" };

	set_text(passage->doc, "session_id", passage->id);
	take_owner(passage);
	take_text(passage, "description", "description", NULL);
	take_text(passage, "status", "status", "active");
	take_text(passage, "result", "result", NULL);
	set_text(passage->doc, "last_start", "");
	for (size_t n = 0; n < sizeof(times) / sizeof(times[0]); n++) {
		if (!take_int(passage, times[n], -1))
			return false;
	}
	if (!take_int(passage, "session_tag", 0) ||
	    !take_int(passage, "hold_off", HOLD_OFF_DEFAULT) ||
	    !take_json(passage, "schedule", "schedule", json_type_object) ||
	    !take_json(passage, "jobs", "job", json_type_object))
		return false;
	*doc = json_text(passage->rq->arena, passage->doc);
	return schema_check(passage->rq, passage->doc, posted_shape(&freezer_session));
}

/* ---- tables --------------------------------------------------------------------------------- */

#define COLUMNS(...) \
	(const char *const[]){ "created_at", "updated_at", "deleted_at", "deleted", "id", \
			       "project_id", "user_id", __VA_ARGS__, NULL }

static const struct table {
	const char *name;
	const char *id;                   /* the column of the id that the API knows */
	const char *const *columns;
	bool (*document)(struct passage *passage, const char **doc);
} tables[MOVING_KINDS] = {
	[KIND_BACKUPS] = { "backups", "id", COLUMNS("job_id", "user_name", "backup_metadata"),
			   backup_document },
	[KIND_CLIENTS] = { "clients", "client_id",
			   COLUMNS("client_id", "hostname", "description", "uuid"),
			   client_document },
	[KIND_JOBS] = { "jobs", "id", COLUMNS("schedule", "client_id", "session_id", "session_tag",
					      "description", "job_actions"), job_document },
	[KIND_ACTIONS] = { "actions", "id",
			   COLUMNS("action", "actionmode", "path_to_backup", "backup_name",
				   "container", "timeout", "priority", "max_retries_interval",
				   "max_retries", "mandatory", "log_file", "backup_metadata"),
			   action_document },
	[KIND_SESSIONS] = { "sessions", "id",
			    COLUMNS("session_tag", "description", "hold_off", "schedule", "job",
				    "time_start", "time_end", "time_started", "time_ended",
				    "status", "result"), session_document },
};

enum kind moving_kind(const char *table)
{
	for (enum kind kind = 0; kind < MOVING_KINDS; kind++) {
		if (strcmp(tables[kind].name, table) == 0)
			return kind;
	}
	return KIND_COUNT;
}

const char *moving_table(enum kind kind)
{
	return tables[kind].name;
}

static bool is_listed(const char *const *list, const char *name)
{
	while (*list != NULL && strcmp(*list, name) != 0)
		list++;
	return *list != NULL;
}

const char *moving_column_unknown(enum kind kind, const struct dump_row *row)
{
	for (size_t n = 0; n < row->count; n++) {
		if (!is_listed(tables[kind].columns, row->columns[n]))
			return row->columns[n];
	}
	return NULL;
}

/* ---- a row ---------------------------------------------------------------------------------- */

bool moving_is_deleted(const struct dump_row *row)
{
	const char *deleted = cell_text(row, "deleted");

	return deleted != NULL && strcmp(deleted, "0") != 0;
}

static const char *cell_name(const struct dump_row *row, const char *column)
{
	const struct dump_cell *cell = dump_cell(row, column);

	if (cell == NULL || cell->len == 0)
		return "none";
	return is_text(cell) ? cell->text : "not UTF-8";
}

const char *moving_name(struct req *rq, const struct dump_row *row)
{
	return arena_printf(rq->arena, "%s (project %s)",
			    cell_name(row, tables[moving_kind(row->table)].id),
			    cell_name(row, "project_id"));
}

static bool columns_are_there(struct req *rq, enum kind kind, const struct dump_row *row)
{
	for (const char *const *column = tables[kind].columns; *column != NULL; column++) {
		if (!dump_has_column(row, *column))
			return problem(rq, 400, "table %s has no column %s", row->table, *column);
	}
	return true;
}

static bool owner_find(struct passage *passage, enum kind kind, const char *project)
{
	const char *stored = cell_text(passage->row, "project_id");

	passage->id = cell_text(passage->row, tables[kind].id);
	passage->user_id = cell_text(passage->row, "user_id");
	passage->project = stored != NULL && stored[0] != '\0' ? stored : project;
	if (passage->id == NULL || passage->id[0] == '\0' || passage->user_id == NULL)
		return problem(passage->rq, 400, "it has no id or no user");
	return passage->project != NULL ||
	       problem(passage->rq, 400, "it belongs to no project, as what API v1 made; --project "
		       "says where to put such");
}

/* freezer-api writes UTC, to the second; MariaDB may hold a date of zeros. */
static const char *moment(struct req *rq, const struct dump_row *row, const char *column)
{
	const char *value = cell_text(row, column);

	return value == NULL || strncmp(value, "0000", 4) == 0 ? NULL :
	       arena_printf(rq->arena, "%s+00", value);
}

bool moving_document(struct req *rq, enum kind kind, const struct dump_row *row,
		     const char *project, struct moved *moved)
{
	struct passage passage = { .rq = rq, .row = row,
				   .doc = json_own(rq->arena, json_object_new_object()) };
	const char *doc;

	if (!columns_are_there(rq, kind, row) || !cells_are_text(rq, row) ||
	    !owner_find(&passage, kind, project) || !tables[kind].document(&passage, &doc))
		return false;
	*moved = (struct moved){
		.project_id = arena_strdup(rq->arena, passage.project),
		.id = arena_strdup(rq->arena, passage.id),
		.user_id = arena_strdup(rq->arena, passage.user_id),
		.created_at = moment(rq, row, "created_at"),
		.updated_at = moment(rq, row, "updated_at"),
		.doc = doc,
		.name = moving_name(rq, row),
	};
	return true;
}
