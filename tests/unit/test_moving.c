/* Moving in: a dump as MariaDB writes it, and what becomes of the rows of a freezer-api. */
#include "config.h"

#include <stdarg.h>
#include <string.h>

#include "unit.h"

#include "request.h"

#include "base/text.h"
#include "moving/moving.h"

#define COMMON "`created_at`,`updated_at`,`deleted_at`,`deleted`,`project_id`,`user_id`,"
#define OWNED "'2026-11-21 16:26:37',NULL,NULL,0,'p','u',"

/* ---- dumps ---------------------------------------------------------------------------------- */

/* All rows as "TABLE: COLUMN=VALUE ...", a line each; then how it ended. */
static const char *rows_of(const char *sql)
{
	struct req *rq = request_new((struct req){ 0 });
	struct text text = { .arena = rq->arena };
	FILE *in = fmemopen((void *)(uintptr_t)sql, strlen(sql), "r");
	struct dump *dump = dump_open(in);
	struct dump_row row;
	enum dump_step step;

	while ((step = dump_next(dump, &row)) == DUMP_ROW) {
		text_printf(&text, "%s:", row.table);
		for (size_t n = 0; n < row.count; n++)
			text_printf(&text, " %s=%s", row.columns[n], row.cells[n].text == NULL ?
				    "NULL" : row.cells[n].text);
		text_puts(&text, "\n");
	}
	text_puts(&text, step == DUMP_END ? "end" : dump_fault(dump));
	if (dump_is_complete(dump))
		text_puts(&text, ", complete");
	dump_close(dump);
	fclose(in);
	return text.data;
}

#define READS(sql, rows) CU_ASSERT_STRING_EQUAL(rows_of(sql), rows)

static void columns_come_from_the_table(void)
{
	READS("CREATE TABLE `t` (\n  `a` int(11) DEFAULT 1,\n  `b,` decimal(1,2) COMMENT ')',\n"
	      "  PRIMARY KEY (`a`,`b,`)\n) ENGINE=InnoDB COMMENT='(;';\n"
	      "INSERT INTO `t` VALUES\n(1,'x'),\n(2,NULL);\n",
	      "t: a=1 b,=x\nt: a=2 b,=NULL\nend");
	READS("insert into t (b, `a`) values (1,2); REPLACE INTO t(c) VALUES(3);",
	      "t: b=1 a=2\nt: c=3\nend");
	READS("INSERT INTO `t` VALUES (1);", "line 1: it does not say which columns its tables have");
}

static void values_are_unescaped(void)
{
	READS("INSERT INTO t (a) VALUES ('it''s \\'q\\' \\\"d\\\" \\\\ \\n\\t\\Z\\%');",
	      "t: a=it's 'q' \"d\" \\ \n\t\x1a%\nend");
	READS("INSERT INTO t (a) VALUES (\"x\"\"y\"), (-1.5e+3), (0x41626), (NULL);",
	      "t: a=x\"y\nt: a=-1.5e+3\nline 1: an odd number of hexadecimal digits");
	READS("INSERT INTO t (a) VALUES (0x4142), (X'43'), (_binary 'b\\0c'), (_utf8mb4 x'44');",
	      "t: a=AB\nt: a=C\nt: a=b\nt: a=D\nend");
}

static void all_else_is_passed_over(void)
{
	READS("/*!40101 SET NAMES utf8mb4; */;\n-- it's a comment\n# another; one\n"
	      "DELIMITER ;;\nCREATE TRIGGER x BEGIN SET a = ';'; END ;;\nDELIMITER ;\n"
	      "LOCK TABLES `t` WRITE; DROP TABLE IF EXISTS `we;ird`;\n"
	      "INSERT INTO t (a) VALUES (1) ;\n-- Dump completed on 2026-11-21\n",
	      "t: a=1\nend, complete");
	READS("-- Dump completely\n", "end");
}

static void what_is_no_dump_is_told(void)
{
	READS("hello world", "line 1: the file ends within a statement");
	READS("{\"a\": 1}", "line 1: this is no SQL");
	READS("\n\nINSERT INTO t (a) VALUES ('x", "line 3: the file ends within a statement");
	READS("INSERT INTO t (a) VALUES (1),", "t: a=1\nline 1: the file ends within a statement");
	READS("INSERT INTO t (a) VALUES (1,2);", "line 1: \")\" is missing");
	READS("INSERT INTO t (a, b) VALUES (1);", "line 1: \",\" is missing");
	READS("INSERT INTO t (a) VALUES (now());", "line 1: a value is no value");
	READS("INSERT INTO t (a) VALUES (_a _b 'c');", "line 1: a text is missing");
	READS("CREATE TABLE t (`a` int", "line 1: the file ends within a statement");
	READS("USE `a`; USE a;\nUSE `b`;", "line 2: it holds more than one database");
}

/* ---- documents ------------------------------------------------------------------------------ */

/* What the only row of this dump becomes: the document, or why it is refused. */
static const char *document_of(const char *table, const char *columns, const char *values)
{
	static struct moved moved;
	struct req *rq = request_new((struct req){ 0 });
	const char *sql = arena_printf(rq->arena, "INSERT INTO %s (%s) VALUES (%s);", table, columns,
				       values);
	FILE *in = fmemopen((void *)(uintptr_t)sql, strlen(sql), "r");
	struct dump *dump = dump_open(in);
	struct dump_row row;

	CU_ASSERT_EQUAL_FATAL(dump_next(dump, &row), DUMP_ROW);
	bool made = moving_document(rq, moving_kind(table), &row, NULL, &moved);
	const char *said = made ? moved.doc : rq->problem.description;
	dump_close(dump);
	fclose(in);
	return said;
}

#define BACKUP_COLUMNS COMMON "`id`,`job_id`,`user_name`,`backup_metadata`"
#define BACKUP(values) document_of("backups", BACKUP_COLUMNS, values)

static void a_backup_keeps_every_digit(void)
{
	CU_ASSERT_STRING_EQUAL(
		BACKUP(OWNED "'b',NULL,'ann','{\\\"n\\\": 1.10, \\\"x\\\": null, "
		       "\\\"big\\\": 123456789012345678901234567890}'"),
		"{\"backup_id\":\"b\",\"user_id\":\"u\",\"user_name\":\"ann\",\"project_id\":\"p\","
		"\"backup_metadata\":{\"n\": 1.10, \"x\": null, "
		"\"big\": 123456789012345678901234567890}}");
}

static void what_cannot_be_kept_is_refused(void)
{
	CU_ASSERT_STRING_EQUAL(BACKUP(OWNED "'b',NULL,'ann','{\\\"a\\\": NaN}'"),
			       "backup_metadata at byte 6: not a JSON value");
	CU_ASSERT_STRING_EQUAL(BACKUP(OWNED "'b',NULL,'ann','[]'"),
			       "backup_metadata is no JSON object");
	CU_ASSERT_STRING_EQUAL(BACKUP(OWNED "'b',NULL,'a\\0b','{}'"), "user_name is not UTF-8");
	CU_ASSERT_STRING_EQUAL(BACKUP(OWNED "'b',NULL,'\xff','{}'"), "user_name is not UTF-8");
	CU_ASSERT_STRING_EQUAL(BACKUP(OWNED "'',NULL,'ann','{}'"), "it has no id or no user");
	CU_ASSERT_PTR_NOT_NULL(strstr(BACKUP("NULL,NULL,NULL,0,NULL,'u','b',NULL,'ann','{}'"),
				      "belongs to no project"));
	CU_ASSERT_STRING_EQUAL(document_of("backups", "`id`", "'b'"),
			       "table backups has no column created_at");
}

#define JOB_COLUMNS COMMON "`id`,`schedule`,`client_id`,`session_id`,`session_tag`,`description`," \
	"`job_actions`"
#define JOB(values) document_of("jobs", JOB_COLUMNS, values)

static void a_job_has_a_state(void)
{
	CU_ASSERT_STRING_EQUAL(
		JOB(OWNED "'j','{\\\"event\\\": \\\"stop\\\"}','c',NULL,NULL,NULL,NULL"),
		"{\"job_id\":\"j\",\"project_id\":\"p\",\"user_id\":\"u\",\"client_id\":\"c\","
		"\"description\":\"\",\"session_id\":\"\",\"session_tag\":0,\"job_schedule\":"
		"{\"event\":\"stop\",\"status\":\"\",\"result\":\"\"},\"job_actions\":[]}");
}

static void a_job_that_cannot_be_written_back_is_refused(void)
{
	CU_ASSERT_PTR_NOT_NULL(strstr(
		JOB(OWNED "'j','{}','c','',0,'','[{\\\"freezer_action\\\": {\\\"action\\\": "
		    "\\\"explode\\\"}}]'"), "$.job_actions[0].freezer_action.action: 'explode'"));
	CU_ASSERT_PTR_NOT_NULL(strstr(
		JOB(OWNED "'j','{}','c','',0,'','[{\\\"freezer_action\\\": {}}]'"),
		"'action' is a required property"));
	CU_ASSERT_PTR_NOT_NULL(strstr(
		JOB(OWNED "'j','{\\\"status\\\": \\\"lost\\\"}','c','',0,'','[]'"),
		"$.job_schedule.status: 'lost'"));
	CU_ASSERT_STRING_EQUAL(JOB(OWNED "'j','{}','c','','x','','[]'"),
			       "session_tag is no integer");
}

static void an_action_believes_its_columns(void)
{
	CU_ASSERT_STRING_EQUAL(
		document_of("actions", COMMON "`id`,`action`,`actionmode`,`path_to_backup`,"
			    "`backup_name`,`container`,`timeout`,`priority`,`max_retries_interval`,"
			    "`max_retries`,`mandatory`,`log_file`,`backup_metadata`",
			    OWNED "'a','backup','fs','/a',NULL,NULL,7,NULL,6,NULL,1,NULL,"
			    "'{\\\"storage\\\": \\\"ssh\\\"}'"),
		"{\"action_id\":\"a\",\"project_id\":\"p\",\"user_id\":\"u\",\"freezer_action\":"
		"{\"storage\":\"ssh\",\"action\":\"backup\",\"mode\":\"fs\",\"path_to_backup\":"
		"\"/a\",\"timeout\":7},\"max_retries_interval\":6,\"mandatory\":true}");
}

static void a_client_has_no_nulls(void)
{
	CU_ASSERT_STRING_EQUAL(
		document_of("clients", COMMON "`id`,`client_id`,`hostname`,`description`,`uuid`",
			    OWNED "'x','c','h',NULL,'x'"),
		"{\"client\":{\"client_id\":\"c\",\"hostname\":\"h\",\"description\":\"\","
		"\"uuid\":\"x\"},\"project_id\":\"p\",\"user_id\":\"u\"}");
}

static void a_session_is_whole(void)
{
	CU_ASSERT_STRING_EQUAL(
		document_of("sessions", COMMON "`id`,`session_tag`,`description`,`hold_off`,"
			    "`schedule`,`job`,`time_start`,`time_end`,`time_started`,`time_ended`,"
			    "`status`,`result`",
			    OWNED "'s',2,NULL,NULL,'{}',NULL,5,-1,-1,NULL,'running',NULL"),
		"{\"session_id\":\"s\",\"project_id\":\"p\",\"user_id\":\"u\",\"description\":null,"
		"\"status\":\"running\",\"result\":null,\"last_start\":\"\",\"time_start\":5,"
		"\"time_end\":-1,\"time_started\":-1,\"time_ended\":-1,\"session_tag\":2,"
		"\"hold_off\":30,\"schedule\":{},\"jobs\":{}}");
}

static const struct unit units[] = {
	{ "columns come from the table, or from the statement", columns_come_from_the_table },
	{ "values are unescaped", values_are_unescaped },
	{ "all else is passed over", all_else_is_passed_over },
	{ "what is no dump is told, with its line", what_is_no_dump_is_told },
	{ "a backup keeps every digit", a_backup_keeps_every_digit },
	{ "what can't be kept is refused", what_cannot_be_kept_is_refused },
	{ "a job has a state", a_job_has_a_state },
	{ "a job that can't be written back is refused",
	  a_job_that_cannot_be_written_back_is_refused },
	{ "an action believes its columns", an_action_believes_its_columns },
	{ "a client has no nulls", a_client_has_no_nulls },
	{ "a session is whole", a_session_is_whole },
	{ NULL, NULL }
};

int main(void)
{
	int status = unit_run("moving", units);

	arena_free(request_of_test.arena);
	return status;
}
