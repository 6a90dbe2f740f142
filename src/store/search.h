/* What the body of a list request asks for (spec freezer-v1-v2 3.5). */
#ifndef PERMAFROST_STORE_SEARCH_H
#define PERMAFROST_STORE_SEARCH_H

#include "store/doc.h"

#include <stdbool.h>

/* A search as the parameters of sql/query/doc_search.sql; NULL where it asks for nothing. */
struct search {
	const char *match;        /* [{"k": key, "v": value}, ...]: all must hold */
	const char *match_not;    /* the same: none may hold */
	const char *texts;        /* [text, ...]: free texts to find */
	const char *texts_not;    /* free texts not to find */
	const char *time_after;   /* decimal; the backup is that old or younger */
	const char *time_before;
	bool names_id;            /* match has an id of a document, so few are looked at */
	const char *client;       /* the one pair of `match`, if its key is client_id and its
				   * value a string: a scheduler that asks for its jobs */
	const char *word_not;     /* a text that all documents have in which match_not holds; NULL:
				   * none can be told */
};

/* Read rq->body, which is an object or NULL. False with a 400 problem that names the place. */
bool search_read(struct req *rq, enum kind kind, struct search *search);

/* True when the search finds everything. */
bool search_is_empty(const struct search *search);

/* Can it come to reading every document of a project? Not what match alone asks, which indexes
 * answer, nor what is narrowed to an id, as schedulers' polls are. */
bool search_is_wide(const struct search *search);

#endif
