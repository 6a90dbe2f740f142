/* Bring the schema up to date: numbered files, forward only, each in a transaction, one lock. */
#include "config.h"

#include "store/store.h"
#include "store/store_int.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "store/queries.h"

#define MIGRATION_SIZE_MAX (1 << 20)   /* bytes; a larger file is a mistake */
#define TRIES_MAX 40                   /* with up to three seconds of waiting in each */
#define LOCK_NOT_AVAILABLE "55P03"

enum step { STEP_DONE, STEP_FAILED, STEP_BUSY };

static PGresult *migrate_ask(const struct query *query, const char *const *params, int count)
{
	PGconn *pg = pg_link();
	if (pg == NULL)
		return NULL;
	PGresult *result = PQexecParams(pg, query->text, count, NULL, params, NULL, NULL, 0);
	if (PQresultStatus(result) == PGRES_TUPLES_OK ||
	    PQresultStatus(result) == PGRES_COMMAND_OK)
		return result;
	log_error("%s: %s", query->name, PQresultErrorMessage(result));
	PQclear(result);
	return NULL;
}

static bool migrate_do(const struct query *query, const char *const *params, int count)
{
	PGresult *result = migrate_ask(query, params, count);
	PQclear(result);
	return result != NULL;
}

/* The first column of the first row as a number; `otherwise` when there is none. */
static int migrate_number(const struct query *query, int otherwise)
{
	PGresult *result = migrate_ask(query, NULL, 0);
	if (result == NULL)
		return -1;
	bool any = PQntuples(result) > 0 && !PQgetisnull(result, 0, 0);
	int number = any ? (int)strtol(PQgetvalue(result, 0, 0), NULL, 10) : otherwise;
	PQclear(result);
	return number;
}

int migrate_version(void)
{
	pg_refresh();
	int exists = migrate_number(&sql_schema_exists, 0);
	return exists == 1 ? migrate_number(&sql_schema_version, 0) : exists;
}

const char *migrate_hint(int version)
{
	if (version < 0)
		return "see [database] connection in \"permafrost-manage config show\"";
	if (version < schema_version)
		return "run permafrost-manage db migrate";
	return "a newer permafrost was here; see permafrost-manage --version on your hosts, and "
	       "install the newest on this one";
}

bool migrate_fits(int version)
{
	if (version == schema_version)
		return true;
	if (version < 0)
		log_error("the database can't be asked\nhint: %s", migrate_hint(version));
	else
		log_error("the database schema is at version %d, this program needs %d\nhint: %s",
			  version, schema_version, migrate_hint(version));
	return false;
}

static char *file_read(struct arena *arena, const char *path)
{
	FILE *file = fopen(path, "r");
	if (file == NULL) {
		log_error("%s can't be read: %m", path);
		return NULL;
	}
	char *text = arena_alloc(arena, MIGRATION_SIZE_MAX + 1);
	size_t len = fread(text, 1, MIGRATION_SIZE_MAX + 1, file);
	bool whole = ferror(file) == 0 && len <= MIGRATION_SIZE_MAX;
	fclose(file);
	if (!whole) {
		log_error("%s can't be read whole", path);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

/* Several statements in one text: the simple protocol, without parameters. */
static enum step file_run(const char *name, const char *text)
{
	PGresult *result = PQexec(pg_link(), text);
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	enum step step = STEP_DONE;

	if (state != NULL && strcmp(state, LOCK_NOT_AVAILABLE) == 0)
		step = STEP_BUSY;
	else if (PQresultStatus(result) != PGRES_COMMAND_OK &&
		 PQresultStatus(result) != PGRES_TUPLES_OK)
		step = STEP_FAILED;
	if (step == STEP_FAILED)
		log_error("%s: %s", name, PQresultErrorMessage(result));
	PQclear(result);
	return step;
}

/* Inside the transaction: wait for the lock, look again, run, record. */
static enum step step_inside(struct arena *arena, const char *directory, const char *name,
			     int number)
{
	if (!migrate_do(&sql_schema_lock, NULL, 0))
		return STEP_FAILED;
	int version = migrate_version();
	if (version < 0 || version >= number)
		return version < 0 ? STEP_FAILED : STEP_DONE;
	char *text = file_read(arena, arena_printf(arena, "%s/%s", directory, name));
	if (text == NULL || !migrate_do(&sql_schema_patience, NULL, 0))
		return STEP_FAILED;
	enum step step = file_run(name, text);
	if (step != STEP_DONE)
		return step;
	const char *const params[] = { arena_printf(arena, "%d", number), name };
	if (!migrate_do(&sql_schema_record, params, 2))
		return STEP_FAILED;
	printf("applied %s\n", name);
	return STEP_DONE;
}

static enum step step_try(struct arena *arena, const char *directory, const char *name, int number)
{
	struct req rq = { .arena = arena };

	if (!store_begin(&rq)) {
		log_error("%s: %s", name, rq.problem.description);
		return STEP_FAILED;
	}
	enum step step = step_inside(arena, directory, name, number);
	if (step == STEP_DONE)
		return store_commit(&rq) ? STEP_DONE : STEP_FAILED;
	store_rollback();
	return step;
}

/*
 * A migration that waits for a table has all requests for it wait in line behind: so it steps back
 * after a while, lets them pass, and comes again.
 */
static bool step_run(struct arena *arena, const char *directory, const char *name, int number)
{
	for (int tries = 1; tries <= TRIES_MAX; tries++) {
		enum step step = step_try(arena, directory, name, number);
		if (step != STEP_BUSY)
			return step == STEP_DONE;
		printf("%s waits for a table that is in use\n", name);
		fflush(stdout);
		sleep(1);
	}
	log_error("%s: a table that it changes is always in use", name);
	return false;
}

static int is_migration(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);
	return strspn(entry->d_name, "0123456789") == 4 && entry->d_name[4] == '_' && len > 9 &&
	       strcmp(entry->d_name + len - 4, ".sql") == 0;
}

/* The migrations there are, in order; -1 with the reason logged when there are none. */
static int migrations_list(const char *directory, struct dirent ***files)
{
	int count = scandir(directory, files, is_migration, alphasort);

	if (count < 0)
		log_error("%s can't be read: %m", directory);
	if (count != 0)
		return count;
	free(*files);
	log_error("%s holds no migrations", directory);
	return -1;
}

static int migration_number(const struct dirent *file)
{
	return (int)strtol(file->d_name, NULL, 10);
}

bool migrate_up(const char *directory)
{
	struct dirent **files;
	int count = migrations_list(directory, &files);
	if (count < 0)
		return false;
	struct arena *arena = arena_new();
	int version = migrate_version();
	bool good = version >= 0;
	for (int n = 0; n < count; n++) {
		int number = migration_number(files[n]);
		if (good && number > version)
			good = step_run(arena, directory, files[n]->d_name, number);
		free(files[n]);
	}
	free(files);
	arena_free(arena);
	return good;
}

int migrate_tell(const char *directory)
{
	struct dirent **files;
	int count = migrations_list(directory, &files);
	if (count < 0)
		return -1;
	int version = migrate_version();
	for (int n = 0; n < count; n++) {
		int number = migration_number(files[n]);
		if (version >= 0 && number > version) {
			printf("would apply %s\n", files[n]->d_name);
			version = number;
		}
		free(files[n]);
	}
	free(files);
	return version;
}
