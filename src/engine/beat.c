/* A sign of life at each look, and what the answer tells: whether we may work, by which schema, and
 * by which clock. */
#include "config.h"

#include "engine/engine_int.h"

#include "base/log.h"
#include "store/queries.h"
#include "store/store.h"

#define PROGRAM "karbor-operationengine"   /* what clients of the API know engines as */

static bool is_enabled, is_foreign;

/* Triggers that were put off by a clock that was ahead are due again when they were. */
static bool clock_follow(struct req *rq)
{
	struct rows *rows = STORE_ASK(rq, &sql_clock_put_back);

	if (rows == NULL)
		return false;
	log_warning("PostgreSQL's clock was put back; triggers noticed ahead of time: %lld",
		    (long long)rows_touched(rows));
	return true;
}

static enum outcome beat(struct req *rq)
{
	struct rows *rows = STORE_ASK(rq, &sql_service_beat, PROGRAM, engine_settings.host);

	if (rows == NULL || (rows_bool(rows, 0, "is_put_back") && !clock_follow(rq)))
		return OUTCOME_FAILED;
	is_foreign = !migrate_fits((int)rows_int(rows, 0, "schema_version"));
	is_enabled = !is_foreign && rows_bool(rows, 0, "is_enabled");
	return OUTCOME_IDLE;
}

void beat_give(struct req *rq)
{
	is_enabled = false;
	engine_repeat(rq, beat);
}

bool beat_allows_work(void)
{
	return is_enabled;
}

bool beat_is_foreign(void)
{
	return is_foreign;
}
