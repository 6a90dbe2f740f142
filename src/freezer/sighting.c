/*
 * When schedulers asked for work. A worker remembers whom it saw in the last minute, so a poll
 * costs no statement, and what is new goes to the database after the reply, some at a time.
 */
#include "config.h"

#include "freezer/freezer.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "policy/policy.h"
#include "store/queries.h"
#include "store/store.h"

#define SECOND_US INT64_C(1000000)
#define FRESH_US (60 * SECOND_US)     /* one who was seen that recently is not noted again */
#define PAUSE_US SECOND_US            /* between two statements, unless the list is full */
#define PLACES 4096
#define SIGHTINGS_MAX 64

/* Whom this worker noted; clients share a place by their hash, the last one has it. */
static struct {
	uint64_t hash;
	int64_t at_us;
} noted[PLACES];

static struct {
	char *project_id, *client_id;
	bool is_central;
	int64_t at_us;
} sightings[SIGHTINGS_MAX];

static size_t sighting_count;
static int64_t told_us;

/* ---- is it a poll --------------------------------------------------------------------------- */

/* A member of one of the objects of match or match_not. */
static const char *wish_of(struct json_object *list, const char *name)
{
	const char *value = NULL;

	for (size_t n = 0; value == NULL && n < json_array_length(list); n++)
		value = json_get_string(json_object_array_get_idx(list, n), name);
	return value;
}

/* The client that asks for its work, as schedulers word it (freezer-v1-v2 5.2); NULL: it is
 * somebody else's question. */
static const char *polling_client(const struct req *rq)
{
	const char *not_status = wish_of(json_get(rq->body, "match_not"), "status");

	if (not_status == NULL || strcmp(not_status, "completed") != 0)
		return NULL;
	return wish_of(json_get(rq->body, "match"), "client_id");
}

/* Who only looks is no scheduler. */
static bool may_be_scheduler(const struct req *rq)
{
	const struct target target = { .project_id = req_project(rq),
				       .user_id = rq->caller.user_id };

	return rq->is_privileged || policy_check("jobs:update", &rq->caller, &target);
}

/* ---- noting --------------------------------------------------------------------------------- */

/* FNV-1a, over both words with their ends. */
static uint64_t hash_of(const char *project, const char *client)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	const char *const words[] = { project, client };

	for (size_t n = 0; n < 2; n++) {
		for (size_t i = 0; i <= strlen(words[n]); i++)
			hash = (hash ^ (unsigned char)words[n][i]) * UINT64_C(1099511628211);
	}
	return hash;
}

static bool is_fresh(uint64_t hash, int64_t now_us)
{
	return noted[hash % PLACES].hash == hash && now_us - noted[hash % PLACES].at_us < FRESH_US;
}

void sighting_note(struct req *rq)
{
	const char *client = polling_client(rq), *project = req_project(rq);
	int64_t now_us = clock_monotonic_us();

	if (client == NULL || project == NULL || sighting_count == SIGHTINGS_MAX)
		return;
	uint64_t hash = hash_of(project, client);
	if (is_fresh(hash, now_us) || !may_be_scheduler(rq))
		return;
	noted[hash % PLACES].hash = hash;
	noted[hash % PLACES].at_us = now_us;
	sightings[sighting_count].project_id = strdup(project);
	sightings[sighting_count].client_id = strdup(client);
	sightings[sighting_count].is_central = rq->is_privileged;
	sightings[sighting_count++].at_us = now_us;
}

/* ---- telling -------------------------------------------------------------------------------- */

static struct json_object *sighting_take(size_t n, int64_t now_us)
{
	struct json_object *row = json_object_new_object();
	double ago = (double)(now_us - sightings[n].at_us) / (double)SECOND_US;

	json_object_object_add(row, "project_id",
			       json_object_new_string(sightings[n].project_id));
	json_object_object_add(row, "client_id", json_object_new_string(sightings[n].client_id));
	json_object_object_add(row, "is_central",
			       json_object_new_boolean(sightings[n].is_central));
	json_object_object_add(row, "ago", json_object_new_double(ago));
	free(sightings[n].project_id);
	free(sightings[n].client_id);
	return row;
}

/* What can't be told now is seen again in a minute. */
void sighting_tell(struct req *rq)
{
	if (sighting_count == 0)
		return;
	int64_t now_us = clock_monotonic_us();
	if (sighting_count < SIGHTINGS_MAX && now_us - told_us < PAUSE_US)
		return;
	struct json_object *list = json_own(rq->arena, json_object_new_array());
	for (size_t n = 0; n < sighting_count; n++)
		json_object_array_add(list, sighting_take(n, now_us));
	sighting_count = 0;
	told_us = now_us;
	if (STORE_ASK(rq, &sql_clients_seen, json_text(rq->arena, list)) == NULL)
		log_warning("that clients asked for work could not be noted");
}
