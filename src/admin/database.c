/* db ...: the schema, and whether it is the one this program knows. */
#include "config.h"

#include "admin/admin_int.h"

#include <string.h>

#include "base/arena.h"
#include "base/settings.h"
#include "store/queries.h"
#include "store/store.h"

static enum admin_status version_error(int version)
{
	const char *hint = migrate_hint(version);

	if (version < 0)
		return admin_error(hint, "the database can't be asked");
	return admin_error(hint, "the database schema is at version %d, this program needs %d",
			   version, schema_version);
}

bool admin_database_ready(void)
{
	int version = migrate_version();

	if (version == schema_version)
		return true;
	version_error(version);
	return false;
}

static const char *migration_directory(struct arena *arena)
{
	const char *directory = setting_text(SETTING_SQL_DIRECTORY);

	if (directory[0] != '\0')
		return directory;
	return arena_printf(arena, "%s/migration", SQL_DIRECTORY);
}

/* Is the version that the migrations lead to the one we need? */
static enum admin_status migrations_judge(const char *directory, int version)
{
	if (version >= 0 && version < schema_version)
		return admin_error("see [database] sql_directory in permafrost-manage config show",
				   "the migrations in %s end at version %d, this program needs %d",
				   directory, version, schema_version);
	return version == schema_version ? ADMIN_DONE : version_error(version);
}

static enum admin_status migrate_only_tell(const char *directory, int version)
{
	int reached = migrate_tell(directory);

	if (reached < 0)
		return admin_error(NULL, "the migrations could not be listed");
	if (reached == version)
		printf("nothing to apply\n");
	enum admin_status status = migrations_judge(directory, reached);
	if (status == ADMIN_DONE)
		printf("the database schema is at version %d, and would be at version %d\n",
		       version, reached);
	return status;
}

enum admin_status database_migrate(struct wish *wish)
{
	const char *directory = migration_directory(wish->rq->arena);
	int version = migrate_version();

	if (version < 0)
		return version_error(-1);
	if (wish->dry_run)
		return migrate_only_tell(directory, version);
	if (!migrate_up(directory))
		return admin_error("what was applied before stays; mend the cause and run it again",
				   "the database could not be brought up to date");
	enum admin_status status = migrations_judge(directory, migrate_version());
	if (status == ADMIN_DONE)
		printf("the database schema is at version %d\n", schema_version);
	return status;
}

enum admin_status database_version(struct wish *wish)
{
	(void)wish;
	int version = migrate_version();
	if (version != schema_version)
		return version_error(version);
	printf("%d\n", version);
	return ADMIN_DONE;
}

enum admin_status database_grant(struct wish *wish)
{
	if (!admin_database_ready())
		return ADMIN_FAILED;
	const struct rows *rows = STORE_ASK(wish->rq, &sql_database_grant, wish->names[0]);
	if (rows == NULL)
		return admin_error("only the owner of the tables, or a superuser, may grant",
				   "the rights could not be granted");
	if (!rows_bool(rows, 0, "is_done"))
		return admin_error("create role NAME login, in psql, makes one",
				   "PostgreSQL has no role %s", wish->names[0]);
	printf("role %s may do what workers need\n", wish->names[0]);
	return ADMIN_DONE;
}
