/* Documents that moved in are written beside what is there; nothing is written over. */
#include "config.h"

#include "moving/moving.h"

#include <string.h>

#include "base/text.h"
#include "store/queries.h"
#include "store/store.h"

static void add_member(struct text *list, const char *key, const char *value)
{
	text_printf(list, "\"%s\":", key);
	if (value == NULL)
		text_puts(list, "null");
	else
		text_json_string(list, value);
	text_puts(list, ",");
}

static void add_document(struct text *list, const struct moved *moved)
{
	text_puts(list, list->len == 1 ? "{" : ",{");
	add_member(list, "project_id", moved->project_id);
	add_member(list, "id", moved->id);
	add_member(list, "user_id", moved->user_id);
	add_member(list, "created_at", moved->created_at);
	add_member(list, "updated_at", moved->updated_at);
	text_printf(list, "\"doc\":%s}", moved->doc);
}

static enum moving_outcome outcome_of(const char *said)
{
	static const struct { const char *said; enum moving_outcome outcome; } table[] = {
		{ "written", MOVING_WRITTEN }, { "same", MOVING_SAME },
		{ "changed", MOVING_CHANGED }, { "taken", MOVING_TAKEN },
	};
	size_t n = 0;

	while (strcmp(table[n].said, said) != 0)
		n++;
	return table[n].outcome;
}

bool moving_keep(struct req *rq, enum kind kind, const struct moved *list, size_t count,
		 bool only_try, enum moving_outcome *outcomes)
{
	struct text text = { .arena = rq->arena };

	text_puts(&text, "[");
	for (size_t n = 0; n < count; n++)
		add_document(&text, &list[n]);
	text_puts(&text, "]");
	if (!store_begin(rq))
		return false;
	struct rows *rows = STORE_ASK(rq, &sql_moving_keep[kind], text.data);
	if (rows == NULL) {
		store_rollback();
		return false;
	}
	for (size_t n = 0; n < count; n++)
		outcomes[n] = outcome_of(rows_text(rows, (int)n, "outcome"));
	if (!only_try)
		return store_commit(rq);
	store_rollback();
	return true;
}
