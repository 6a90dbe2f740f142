/* Configuration: what files and the environment may say, and what is complained about. */
#include "config.h"

#include "base/settings.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

#include "base/arena.h"
#include "base/log.h"

static struct arena *arena;
static char directory[] = "/tmp/permafrost-settings.XXXXXX";
static char heard[16384];
static char shown[16384];

/* ---- helpers -------------------------------------------------------------------------------- */

static const char *file_path(const char *name)
{
	return arena_printf(arena, "%s/%s", directory, name);
}

static void file_write(const char *name, const char *text)
{
	FILE *file = fopen(file_path(name), "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(text, file);
	fclose(file);
}

/* Load the main file; what was logged is in `heard`. */
static bool load(void)
{
	const char *log = file_path("log");
	int saved = dup(STDERR_FILENO);

	CU_ASSERT_PTR_NOT_NULL_FATAL(freopen(log, "w", stderr));
	bool good = settings_load(file_path("permafrost.conf"));
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	FILE *file = fopen(log, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	heard[fread(heard, 1, sizeof(heard) - 1, file)] = '\0';
	fclose(file);
	return good;
}

static bool loads(const char *text)
{
	file_write("permafrost.conf", text);
	return load();
}

static bool says(const char *text)
{
	return strstr(heard, text) != NULL;
}

/* ---- files ---------------------------------------------------------------------------------- */

static void test_defaults(void)
{
	CU_ASSERT_TRUE(loads(""));
	CU_ASSERT_STRING_EQUAL(heard, "");
	CU_ASSERT_STRING_EQUAL(setting_text(SETTING_CONNECTION), "dbname=permafrost");
	CU_ASSERT_EQUAL(setting_int(SETTING_LIMIT_MAX), 1000);
	CU_ASSERT_EQUAL(setting_int(SETTING_LOG_LEVEL), LOG_LEVEL_INFO);
}

static void test_forms(void)
{
	CU_ASSERT_TRUE(loads("# comment\n; comment\r\n \t \n\n[database]\r\nconnection=host=a=b  \r\n"
			     "#connection = x\n[api]  \nlimit_max=5"));
	CU_ASSERT_STRING_EQUAL(setting_text(SETTING_CONNECTION), "host=a=b");
	CU_ASSERT_EQUAL(setting_int(SETTING_LIMIT_MAX), 5);
}

static void test_values(void)
{
	CU_ASSERT_TRUE(loads("[database]\nconnection = host=/run/x\n  dbname=\"p\"\n\tuser=u\n"
			     "statement_timeout:7\n[ api ]\nregion_name = \" two words \"\n"
			     "public_endpoint = 'https://backup:9090'\nlimit_max = 50\n"
			     "limit_max = 60 \r\n"));
	CU_ASSERT_STRING_EQUAL(setting_text(SETTING_CONNECTION), "host=/run/x dbname=\"p\" user=u");
	CU_ASSERT_STRING_EQUAL(setting_text(SETTING_REGION), " two words ");
	CU_ASSERT_STRING_EQUAL(setting_text(SETTING_PUBLIC_ENDPOINT), "https://backup:9090");
	CU_ASSERT_EQUAL(setting_int(SETTING_STATEMENT_TIMEOUT), 7);
	CU_ASSERT_EQUAL(setting_int(SETTING_LIMIT_MAX), 60);
}

static void test_long_line(void)
{
	char *text = arena_alloc(arena, 100100);

	strcpy(text, "[api]\nregion_name = ");
	memset(text + strlen(text), 'x', 100000);
	CU_ASSERT_TRUE(loads(text));
	CU_ASSERT_EQUAL(strlen(setting_text(SETTING_REGION)), 100000);
}

static void test_unknown(void)
{
	CU_ASSERT_FALSE(loads("[api]\nlimit_max = 5\nlimt_max = 6\n"));
	CU_ASSERT(says("permafrost.conf:3: unknown option [api] limt_max; the nearest known one is "
		       "[api] limit_max\n"));
	CU_ASSERT_FALSE(loads("[databse]\nconnection = x\n"));
	CU_ASSERT(says("permafrost.conf:2: unknown option [databse] connection; the nearest known "
		       "one is [database] connection\n"));
	CU_ASSERT_FALSE(loads("[api]\nLIMIT_MAX = 5\n"));
}

static void test_malformed(void)
{
	CU_ASSERT_FALSE(loads("limit_max = 5\n[api\n[api] x\nword\n   more\n"));
	CU_ASSERT(says("permafrost.conf:1: an option before the first [section]"));
	CU_ASSERT(says("permafrost.conf:2: a section is written [name]"));
	CU_ASSERT(says("permafrost.conf:3: a section is written [name]"));
	CU_ASSERT(says("permafrost.conf:4: neither [section], a comment nor name = value"));
	CU_ASSERT(says("permafrost.conf:5: an indented line continues an option"));
}

static void test_bad_values(void)
{
	CU_ASSERT_FALSE(loads("[api]\nlimit_max = 0\nbody_max = 1k\n[identity]\n"
			      "token_cache_time = -1\ntoken_lifetime = 99999999999\n"
			      "[log]\nlevel = loud\n"));
	CU_ASSERT(says(":2: [api] limit_max is a whole number from 1, not \"0\""));
	CU_ASSERT(says(":3: [api] body_max is a whole number of bytes from 1, not \"1k\""));
	CU_ASSERT(says(":5: [identity] token_cache_time is"));
	CU_ASSERT(says(":6: [identity] token_lifetime is"));
	CU_ASSERT(says(":8: [log] level is error, warning, info or debug, not \"loud\""));
}

static void test_failure_keeps(void)
{
	CU_ASSERT_TRUE(loads("[api]\nlimit_max = 77\n"));
	CU_ASSERT_FALSE(loads("[api]\nlimit_max = 78\nnonsense = 1\n"));
	CU_ASSERT_EQUAL(setting_int(SETTING_LIMIT_MAX), 77);
}

static void test_missing_file(void)
{
	unlink(file_path("permafrost.conf"));
	CU_ASSERT_FALSE(load());
	CU_ASSERT(says("can't read "));
	CU_ASSERT(says("permafrost.conf: No such file"));
}

static void test_directory(void)
{
	mkdir(file_path("conf.d"), 0700);
	file_write("conf.d/20-second.conf", "[api]\nlimit_max = 20\nregion_name = b\n");
	file_write("conf.d/10-first.conf", "[api]\nlimit_max = 10\nregion_name = a\n");
	file_write("conf.d/30-not.conf.old", "[api]\nnonsense = 30\n");
	file_write("conf.d/.hidden.conf", "[api]\nnonsense = 30\n");
	CU_ASSERT_TRUE(loads("[api]\nlimit_max = 5\n"));
	CU_ASSERT_EQUAL(setting_int(SETTING_LIMIT_MAX), 20);
	CU_ASSERT_STRING_EQUAL(setting_text(SETTING_REGION), "b");
	unlink(file_path("conf.d/20-second.conf"));
	unlink(file_path("conf.d/10-first.conf"));
	unlink(file_path("conf.d/30-not.conf.old"));
	unlink(file_path("conf.d/.hidden.conf"));
	rmdir(file_path("conf.d"));
}

/* ---- environment ---------------------------------------------------------------------------- */

static void test_environment(void)
{
	setenv("PERMAFROST_API_LIMIT_MAX", "33", 1);
	setenv("PERMAFROST_API_REGION_NAME", "", 1);
	CU_ASSERT_TRUE(loads("[api]\nlimit_max = 5\nregion_name = file\n"));
	CU_ASSERT_EQUAL(setting_int(SETTING_LIMIT_MAX), 33);
	CU_ASSERT_STRING_EQUAL(setting_text(SETTING_REGION), "file");
	setenv("PERMAFROST_API_LIMIT_MAX", "many", 1);
	CU_ASSERT_FALSE(load());
	CU_ASSERT(says("environment: [api] limit_max is a whole number"));
	unsetenv("PERMAFROST_API_LIMIT_MAX");
	unsetenv("PERMAFROST_API_REGION_NAME");
}

static void test_environment_typo(void)
{
	setenv("PERMAFROST_API_LIMITMAX", "33", 1);
	setenv("PERMAFROST_PORT_9090_TCP", "tcp://10.0.0.1:9090", 1);
	CU_ASSERT_TRUE(loads(""));
	CU_ASSERT(says("PERMAFROST_API_LIMITMAX sets nothing; the nearest name that does is "
		       "PERMAFROST_API_LIMIT_MAX\n"));
	CU_ASSERT_FALSE(says("9090"));
	unsetenv("PERMAFROST_API_LIMITMAX");
	unsetenv("PERMAFROST_PORT_9090_TCP");
}

static void test_file_named_by_environment(void)
{
	file_write("other.conf", "[api]\nlimit_max = 44\n");
	setenv("PERMAFROST_CONF", file_path("other.conf"), 1);
	CU_ASSERT_TRUE(settings_load(NULL));
	CU_ASSERT_EQUAL(setting_int(SETTING_LIMIT_MAX), 44);
	unsetenv("PERMAFROST_CONF");
	unlink(file_path("other.conf"));
}

/* ---- showing -------------------------------------------------------------------------------- */

static bool shows(const char *text)
{
	return strstr(shown, text) != NULL;
}

static void show_connection(const char *connection)
{
	FILE *out = fmemopen(shown, sizeof(shown), "w");

	CU_ASSERT_TRUE(loads(arena_printf(arena, "[database]\nconnection = %s\n", connection)));
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	settings_show(out);
	fclose(out);
}

static void test_show(void)
{
	show_connection("dbname=p");
	CU_ASSERT(shows("[database]\nconnection = dbname=p  # from /tmp/permafrost-settings."));
	CU_ASSERT(shows("permafrost.conf:2\n"));
	CU_ASSERT(shows("\n\n[api]\nlimit_max = 1000  # from default\n"));
}

static void test_show_hides(void)
{
	static const char *const connections[][2] = {
		{ "host=h password=geheim user=u", "= host=h password=*** user=u " },
		{ "password = 'ge \\' heim' user=u", "= password = *** user=u " },
		{ "PASSWORD=geheim sslpassword=heim", "= PASSWORD=*** sslpassword=*** " },
		{ "password=ge\\ heim", "= password=***  #" },
		{ "postgresql://u:geheim@h:5432/d", "= postgresql://u:***@h:5432/d " },
		{ "postgresql://u:ge@heim@h/d", "= postgresql://u:***@h/d " },
		{ "postgresql://u:ge?heim@h/d", "= postgresql://u:***@h/d " },
		{ "postgresql://u:ge#heim@h/d", "= postgresql://u:***@h/d " },
		{ "postgresql://h:5432/d?password=geheim&user=u", "/d?password=***&user=u " },
		{ "postgresql://u:geheim@h/d?sslpassword=heim", "u:***@h/d?sslpassword=*** " },
		{ "postgresql://u@h:5432/d", "= postgresql://u@h:5432/d " },
		{ "passfile=/x dbname=password", "= passfile=/x dbname=password " },
	};

	for (size_t n = 0; n < sizeof(connections) / sizeof(connections[0]); n++) {
		show_connection(connections[n][0]);
		CU_ASSERT(shows(connections[n][1]));
		CU_ASSERT_FALSE(shows("heim"));
	}
}

static const struct unit units[] = {
	{ "an empty file leaves the defaults", test_defaults },
	{ "comments, blank lines and line ends of any kind are skipped", test_forms },
	{ "values may be quoted, continued and repeated", test_values },
	{ "a line may be of any length", test_long_line },
	{ "an unknown option is an error with file, line and the nearest name", test_unknown },
	{ "a malformed line is an error with file and line", test_malformed },
	{ "a value of the wrong kind is an error that says what it should be", test_bad_values },
	{ "a failed load leaves the settings as they were", test_failure_keeps },
	{ "a named file that is absent is an error", test_missing_file },
	{ "conf.d is read after the file, in name order", test_directory },
	{ "the environment goes over the files, unless it is empty", test_environment },
	{ "a variable that was meant to be an option is pointed out", test_environment_typo },
	{ "PERMAFROST_CONF names the file", test_file_named_by_environment },
	{ "settings are shown with where they came from", test_show },
	{ "passwords are never shown", test_show_hides },
	{ 0 }
};

int main(void)
{
	if (mkdtemp(directory) == NULL)
		return EXIT_FAILURE;
	arena = arena_new();
	int status = unit_run("settings", units);
	unlink(file_path("permafrost.conf"));
	unlink(file_path("log"));
	rmdir(directory);
	arena_free(arena);
	return status;
}
