/*
 * A dump: read to its end, and each row of a table that moves made into a document or refused with a
 * reason. What is made is JSON that names its id and project.
 * clang -fsanitize=fuzzer,address,undefined; see tests/fuzz/README.md.
 */
#include "config.h"

#include "moving/moving.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge_row(const struct dump_row *row)
{
	struct req rq = { .arena = arena_new() };
	enum kind kind = moving_kind(row->table);
	struct json_object *doc;
	struct json_error error;
	struct moved moved;

	if (kind == KIND_COUNT) {
		arena_free(rq.arena);
		return;
	}
	moving_column_unknown(kind, row);
	moving_is_deleted(row);
	assert(moving_name(&rq, row)[0] != '\0');
	if (!moving_document(&rq, kind, row, "project", &moved)) {
		assert(rq.problem.description != NULL);
	} else {
		assert(json_parse_stored(rq.arena, moved.doc, strlen(moved.doc), &doc, &error));
		assert(strcmp(json_get_string(doc, "project_id"), moved.project_id) == 0);
		assert(moved.id[0] != '\0');
	}
	arena_free(rq.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *in = size == 0 ? NULL : fmemopen((void *)(uintptr_t)data, size, "r");
	struct dump_row row;
	enum dump_step step;

	if (in == NULL)
		return 0;
	struct dump *dump = dump_open(in);
	while ((step = dump_next(dump, &row)) == DUMP_ROW)
		judge_row(&row);
	assert((step == DUMP_BROKEN) == (dump_fault(dump) != NULL));
	assert(dump_offset(dump) <= (int64_t)size);
	dump_close(dump);
	fclose(in);
	return 0;
}
