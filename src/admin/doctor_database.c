/* doctor: PostgreSQL, its schema, and what the programs find in it. */
#include "config.h"

#include "admin/doctor_int.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/settings.h"
#include "karbor/seal.h"
#include "store/queries.h"
#include "store/store.h"

#define VERSION_LEAST 150000       /* as server_version_num has it */
#define STATEMENT_TIMEOUT 10       /* seconds; a doctor does not wait for ever */
#define CONNECTIONS_FEW 5
#define DISK_WARN 10               /* percent that is free */
#define DISK_BAD 3
#define GIGABYTE (1024.0 * 1024 * 1024)

static const char connection_hint[] =
	"see [database] connection in permafrost-manage config show";

/* ---- the server ----------------------------------------------------------------------------- */

void doctor_database(struct checkup *checkup)
{
	if (store_configure(setting_text(SETTING_CONNECTION), setting_int(SETTING_CONNECT_TIMEOUT),
			    STATEMENT_TIMEOUT))
		checkup->server = store_ask(checkup->rq, &sql_doctor_server, NULL, 0);
	if (checkup->server == NULL) {
		doctor_tell(checkup, HEALTH_BAD, connection_hint, "%s",
			    doctor_said(checkup, "it can't be asked"));
		return;
	}
	checkup->has |= HAS_DATABASE;
	doctor_tell(checkup, HEALTH_OK, NULL, "%s answers, as role %s",
		    rows_text(checkup->server, 0, "database"),
		    rows_text(checkup->server, 0, "role"));
}

void doctor_postgresql(struct checkup *checkup)
{
	const char *version = rows_text(checkup->server, 0, "version_text");

	if (rows_int(checkup->server, 0, "version") < VERSION_LEAST)
		doctor_tell(checkup, HEALTH_BAD, "move the database to PostgreSQL 15 or later",
			    "the server is PostgreSQL %s", version);
	else if (rows_bool(checkup->server, 0, "is_standby"))
		doctor_tell(checkup, HEALTH_BAD, "name all servers in [database] connection, with "
			    "target_session_attrs=read-write",
			    "the server is a standby, which can't be written to");
	else
		doctor_tell(checkup, HEALTH_OK, NULL, "the server is PostgreSQL %s", version);
}

void doctor_connections(struct checkup *checkup)
{
	int64_t left = rows_int(checkup->server, 0, "connections_left");

	if (left < CONNECTIONS_FEW)
		doctor_tell(checkup, HEALTH_WARN, "raise max_connections in postgresql.conf: a "
			    "worker and an engine take one each",
			    "of %lld connections %lld are left",
			    (long long)rows_int(checkup->server, 0, "connections_max"),
			    (long long)left);
}

/* ---- clock and disk ------------------------------------------------------------------------- */

void doctor_clock_compare(struct checkup *checkup, const char *whose, int64_t apart)
{
	if (llabs(apart) > DOCTOR_CLOCK_TOLERANCE)
		doctor_tell(checkup, HEALTH_WARN, "let both keep time by NTP",
			    "%s clock is %lld s %s ours", whose, llabs(apart),
			    apart > 0 ? "ahead of" : "behind");
}

/* Asked anew: what was asked first may have waited for the connection. */
void doctor_clock(struct checkup *checkup)
{
	int64_t before = clock_now();
	const struct rows *rows = store_ask(checkup->rq, &sql_doctor_server, NULL, 0);
	int64_t ours = before + (clock_now() - before) / 2;

	if (rows != NULL)
		doctor_clock_compare(checkup, "the database's",
				     rows_int(rows, 0, "now_ms") / 1000 - ours);
}

/* The file system that the server writes to, if it can be seen from here. */
static bool disk_find(struct checkup *checkup, struct statvfs *disk)
{
	const char *directory = rows_text(checkup->server, 0, "directory");
	pid_t server = store_server_process();
	const char *own = arena_printf(checkup->arena, "/proc/%d/cwd", (int)server);

	if (server == 0)
		return false;
	return statvfs(own, disk) == 0 || (directory != NULL && statvfs(directory, disk) == 0);
}

void doctor_disk(struct checkup *checkup)
{
	struct statvfs disk;

	if (!disk_find(checkup, &disk) || disk.f_blocks == 0) {
		doctor_tell(checkup, HEALTH_SKIP, NULL, "how much room the database has can't be "
			    "seen from here; root on its machine sees it");
		return;
	}
	double percent = 100.0 * (double)disk.f_bavail / (double)disk.f_blocks;
	enum health health = percent < DISK_BAD ? HEALTH_BAD :
			     percent < DISK_WARN ? HEALTH_WARN : HEALTH_OK;
	doctor_tell(checkup, health, health == HEALTH_OK ? NULL :
		    "make room: PostgreSQL stops when none is left",
		    "%.1f GiB are free where the database is, %.0f %%",
		    (double)disk.f_bavail * (double)disk.f_frsize / GIGABYTE, percent);
}

/* ---- schema and role ------------------------------------------------------------------------ */

void doctor_schema(struct checkup *checkup)
{
	int version = migrate_version();

	if (version == schema_version) {
		checkup->has |= HAS_SCHEMA;
		doctor_tell(checkup, HEALTH_OK, NULL, "it is at version %d", version);
		return;
	}
	if (version < 0) {
		doctor_tell(checkup, HEALTH_BAD, NULL, "%s",
			    doctor_said(checkup, "it can't be read"));
		return;
	}
	doctor_tell(checkup, HEALTH_BAD, migrate_hint(version),
		    "it is at version %d, this program needs %d", version, schema_version);
}

void doctor_role(struct checkup *checkup)
{
	const struct rows *rows = store_ask(checkup->rq, &sql_doctor_role, NULL, 0);

	if (rows == NULL || rows_count(rows) == 0) {
		doctor_tell(checkup, HEALTH_BAD, connection_hint, "its rights can't be asked for");
		return;
	}
	if (!rows_bool(rows, 0, "has_schema")) {
		doctor_tell(checkup, HEALTH_SKIP, NULL, "there is no schema to have rights in");
		return;
	}
	const char *role = rows_text(rows, 0, "role"), *lacks = rows_text(rows, 0, "lacks");
	if (lacks != NULL)
		doctor_tell(checkup, HEALTH_BAD,
			    arena_printf(checkup->arena, "run permafrost-manage db grant %s as the "
					 "role that owns the tables", role),
			    "role %s may not %s in every table", role, lacks);
	else if (rows_bool(rows, 0, "is_superuser") || rows_bool(rows, 0, "is_owner") ||
		 rows_bool(rows, 0, "may_create"))
		doctor_tell(checkup, HEALTH_WARN, "give the workers a role of their own: "
			    "doc/psql.md says how", "role %s %s", role,
			    rows_bool(rows, 0, "is_superuser") ? "is a superuser" :
			    "may change and drop the tables");
}

/* ---- what is in it -------------------------------------------------------------------------- */

void doctor_sealed(struct checkup *checkup)
{
	const struct rows *rows = store_ask(checkup->rq, &sql_doctor_sealed, NULL, 0);

	for (int n = 0; rows != NULL && n < rows_count(rows); n++) {
		if (!seal_has_key(rows_text(rows, n, "key_id")))
			doctor_tell(checkup, HEALTH_BAD, "put the key back, behind the new one, in "
				    "[data_protect] secret_key_files",
				    "%s secrets of restores are sealed with a key that is gone",
				    rows_text(rows, n, "secrets"));
	}
}

void doctor_engine(struct checkup *checkup)
{
	const char *down_time = arena_printf(checkup->arena, "%lld",
					     (long long)setting_int(SETTING_SERVICE_DOWN_TIME));
	const struct rows *rows = STORE_ASK(checkup->rq, &sql_doctor_engine, down_time);

	if (rows == NULL || rows_count(rows) == 0) {
		doctor_tell(checkup, HEALTH_WARN, "start permafrost-engine", "none has ever run "
			    "here: triggers do not fire, checkpoints are not carried out");
		return;
	}
	const char *host = rows_text(rows, 0, "host");
	if (!rows_bool(rows, 0, "is_enabled"))
		doctor_tell(checkup, HEALTH_WARN, "enable it again with openstack data protection "
			    "service enable", "that of %s is disabled: %s", host,
			    rows_text(rows, 0, "disabled_reason"));
	else if (!rows_bool(rows, 0, "is_up"))
		doctor_tell(checkup, HEALTH_BAD, "start permafrost-engine", "that of %s was last "
			    "heard of %lld s ago: triggers do not fire, checkpoints are not "
			    "carried out", host, (long long)rows_int(rows, 0, "silent_for"));
	else
		doctor_tell(checkup, HEALTH_OK, NULL, "that of %s is at work", host);
}
