/* import freezer: documents of a freezer-api move in, out of a dump of its database. */
#include "config.h"

#include "admin/admin_int.h"
#include "admin/progress.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/json.h"
#include "moving/moving.h"

#define BATCH_COUNT 500          /* documents of one transaction */
#define BATCH_BYTES (1 << 20)    /* about; a single document may be more */

/* What became of the rows of one kind. */
struct tally {
	int64_t read, written, there, changed, deleted, refused;
};

struct import {
	const struct wish *wish;
	struct dump *dump;
	struct progress progress;
	struct tally tallies[MOVING_KINDS];
	int64_t documents;
	unsigned columns_told;           /* a bit for each kind: a strange column was told */
	struct arena *arena;             /* as long as the import */
	struct json_object *clients;     /* those that came by already, as "PROJECT ID" */
	struct req rq;                   /* of the batch; its arena ends with it */
	enum kind kind;                  /* of all in the batch */
	struct moved batch[BATCH_COUNT];
	size_t count, bytes;
	bool is_over;                    /* the database can't go on; told */
};

static volatile sig_atomic_t stop_asked;

static void stop_note(int signal_number)
{
	(void)signal_number;
	stop_asked = 1;
}

/* Between two batches is a good place to stop; without SA_RESTART, so that a pipe lets go. */
static void stop_prepare(void)
{
	const struct sigaction action = { .sa_handler = stop_note };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* ---- one document --------------------------------------------------------------------------- */

/* One line about one document, which `name` is the id and the project of. */
static void import_tell(struct import *import, const char *what, const char *name,
			const char *reason)
{
	progress_clear(&import->progress);
	printf("%s: %s %s: %s\n", what, moving_table(import->kind), name, reason);
}

static void import_refuse(struct import *import, const char *name, const char *reason)
{
	import->tallies[import->kind].refused++;
	import_tell(import, "refused", name, reason);
}

static void import_count(struct import *import, const struct moved *moved,
			 enum moving_outcome outcome)
{
	struct tally *tally = &import->tallies[import->kind];

	switch (outcome) {
	case MOVING_WRITTEN:
		tally->written++;
		break;
	case MOVING_SAME:
		tally->there++;
		break;
	case MOVING_CHANGED:
		tally->changed++;
		import_tell(import, "changed since", moved->name, "what is there stays");
		break;
	case MOVING_TAKEN:
		import_refuse(import, moved->name, import->kind == KIND_CLIENTS ?
			      "its project has another client of that id or uuid" :
			      "its project has another document of that id");
		break;
	}
}

/* ---- batches -------------------------------------------------------------------------------- */

static bool batch_write(struct import *import, const struct moved *list, size_t count)
{
	enum moving_outcome outcomes[BATCH_COUNT];

	if (!moving_keep(&import->rq, import->kind, list, count, import->wish->dry_run, outcomes))
		return false;
	for (size_t n = 0; n < count; n++)
		import_count(import, &list[n], outcomes[n]);
	return true;
}

/* PostgreSQL refuses one of them: find out which. */
static void batch_write_singly(struct import *import)
{
	for (size_t n = 0; n < import->count && !import->is_over; n++) {
		if (batch_write(import, &import->batch[n], 1))
			continue;
		import->is_over = import->rq.problem.status == 503;
		if (!import->is_over)
			import_refuse(import, import->batch[n].name,
				      import->rq.problem.description);
	}
}

static void batch_end(struct import *import)
{
	if (import->count > 0 && !batch_write(import, import->batch, import->count)) {
		import->is_over = import->rq.problem.status == 503;
		if (!import->is_over)
			batch_write_singly(import);
	}
	if (import->is_over)
		admin_error("run it again when PostgreSQL answers; it goes on where it was", "%s",
			    import->rq.problem.description);
	import->count = import->bytes = 0;
	arena_reset(import->rq.arena);
	progress_show(&import->progress, dump_offset(import->dump), import->documents);
}

static void batch_begin(struct import *import, enum kind kind)
{
	if (import->count == BATCH_COUNT || import->bytes > BATCH_BYTES ||
	    (import->count > 0 && import->kind != kind))
		batch_end(import);
	import->kind = kind;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* In freezer-api each user may register a client of the same id; to us a project has one. */
static bool client_is_second(struct import *import, const struct moved *moved)
{
	const char *key = arena_printf(import->rq.arena, "%s %s", moved->project_id, moved->id);

	if (json_has(import->clients, key))
		return true;
	json_object_object_add(import->clients, key, NULL);
	return false;
}

static void columns_check(struct import *import, const struct dump_row *row)
{
	const char *strange = moving_column_unknown(import->kind, row);

	if (strange == NULL || (import->columns_told & 1u << import->kind) != 0)
		return;
	import->columns_told |= 1u << import->kind;
	progress_clear(&import->progress);
	printf("not moved: column %s of %s, unknown to freezer-api 13.0.0\n", strange, row->table);
}

static void row_take(struct import *import, const struct dump_row *row)
{
	enum kind kind = moving_kind(row->table);
	struct req *rq = &import->rq;
	struct moved moved;

	if (kind == KIND_COUNT)
		return;
	batch_begin(import, kind);
	columns_check(import, row);
	import->documents++;
	import->tallies[kind].read++;
	if (moving_is_deleted(row)) {
		import->tallies[kind].deleted++;
	} else if (!moving_document(rq, kind, row, import->wish->project, &moved)) {
		import_refuse(import, moving_name(rq, row), rq->problem.description);
	} else if (kind == KIND_CLIENTS && client_is_second(import, &moved)) {
		import_refuse(import, moved.name,
			      "another user of its project has a client of that id, which moved");
	} else {
		import->batch[import->count++] = moved;
		import->bytes += strlen(moved.doc);
	}
}

static enum dump_step rows_take(struct import *import)
{
	enum dump_step step = DUMP_ROW;
	struct dump_row row;

	while (step == DUMP_ROW && !import->is_over && stop_asked == 0) {
		step = dump_next(import->dump, &row);
		if (step == DUMP_ROW)
			row_take(import, &row);
	}
	if (!import->is_over)
		batch_end(import);
	progress_clear(&import->progress);
	return step;
}

/* ---- the report ----------------------------------------------------------------------------- */

static void tally_print(const char *name, const struct tally *tally)
{
	printf("%-10s %10lld %10lld %14lld %14lld %10lld %10lld\n", name, (long long)tally->read,
	       (long long)tally->written, (long long)tally->there, (long long)tally->changed,
	       (long long)tally->deleted, (long long)tally->refused);
}

static void tally_add(struct tally *sum, const struct tally *tally)
{
	sum->read += tally->read;
	sum->written += tally->written;
	sum->there += tally->there;
	sum->changed += tally->changed;
	sum->deleted += tally->deleted;
	sum->refused += tally->refused;
}

static struct tally report(const struct import *import)
{
	static const enum kind order[MOVING_KINDS] = { KIND_CLIENTS, KIND_JOBS, KIND_ACTIONS,
						       KIND_SESSIONS, KIND_BACKUPS };
	struct tally sum = { 0 };

	printf("%-10s %10s %10s %14s %14s %10s %10s\n", "", "read",
	       import->wish->dry_run ? "to write" : "written", "already there",
	       "changed since", "deleted", "refused");
	for (size_t n = 0; n < MOVING_KINDS; n++) {
		tally_print(moving_table(order[n]), &import->tallies[order[n]]);
		tally_add(&sum, &import->tallies[order[n]]);
	}
	tally_print("all", &sum);
	return sum;
}

/* A table that is missing is not an empty one. */
static bool tables_are_there(const struct import *import)
{
	bool all = true;

	for (enum kind kind = 0; kind < MOVING_KINDS; kind++) {
		if (dump_has_table(import->dump, moving_table(kind)))
			continue;
		admin_error("dump the whole database of freezer-api", "there is no table %s in %s",
			    moving_table(kind), import->wish->from);
		all = false;
	}
	return all;
}

static enum admin_status dump_judge(const struct import *import, enum dump_step step)
{
	const char *from = import->wish->from;

	if (import->is_over)
		return ADMIN_FAILED;
	if (stop_asked != 0)
		return admin_error("run it again; it goes on where it was", "stopped");
	if (step == DUMP_BROKEN)
		return admin_error("what came before that is moved; run it again with a whole dump",
				   "%s: %s", from, dump_fault(import->dump));
	if (!tables_are_there(import))
		return ADMIN_FAILED;
	if (!dump_is_complete(import->dump))
		printf("%s does not end as a complete dump does; see that all of it is there\n",
		       from);
	return ADMIN_DONE;
}

static enum admin_status import_judge(const struct import *import, enum dump_step step)
{
	const struct tally sum = report(import);
	enum admin_status status = dump_judge(import, step);

	if (status != ADMIN_DONE)
		return status;
	if (sum.refused > 0)
		return admin_error(NULL, "%lld documents were refused; the lines above name them",
				   (long long)sum.refused);
	if (import->wish->dry_run)
		puts("nothing was written: this was a dry run");
	else if (sum.written == 0)
		puts("nothing was written: all of it was there");
	return ADMIN_DONE;
}

/* ---- the command ---------------------------------------------------------------------------- */

static int64_t file_size(FILE *in)
{
	struct stat status;

	return fstat(fileno(in), &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : 0;
}

static enum admin_status import_run(const struct wish *wish, FILE *in)
{
	struct arena *arena = arena_new();
	struct import *import = arena_alloc(arena, sizeof(*import));

	import->arena = arena;
	import->wish = wish;
	import->rq.arena = arena_new();
	import->clients = json_own(arena, json_object_new_object());
	import->dump = dump_open(in);
	stop_prepare();
	progress_start(&import->progress, file_size(in));
	enum dump_step step = rows_take(import);
	enum admin_status status = import_judge(import, step);
	dump_close(import->dump);
	arena_free(import->rq.arena);
	arena_free(arena);
	return status;
}

enum admin_status import_freezer(struct wish *wish)
{
	bool is_stdin = strcmp(wish->from, "-") == 0;

	if (!admin_database_ready())
		return ADMIN_FAILED;
	FILE *in = is_stdin ? stdin : fopen(wish->from, "r");
	if (in == NULL)
		return admin_error(NULL, "%s can't be read: %s", wish->from, strerror(errno));
	enum admin_status status = import_run(wish, in);
	if (!is_stdin)
		fclose(in);
	return status;
}
