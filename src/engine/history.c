/* What came of triggers long ago is forgotten, so that its tables do not grow for ever. */
#include "config.h"

#include "engine/engine_int.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/clock.h"
#include "store/queries.h"
#include "store/store.h"

#define FORGET_EVERY_US 3600000000

enum outcome history_forget(struct req *rq)
{
	static int64_t done_us;

	if (engine_settings.history_kept == 0 ||
	    (done_us != 0 && clock_monotonic_us() - done_us < FORGET_EVERY_US))
		return OUTCOME_IDLE;
	struct rows *rows = STORE_ASK(rq, &sql_history_forget,
				      arena_printf(rq->arena, "%" PRId64,
						   engine_settings.history_kept));
	if (rows == NULL)
		return OUTCOME_FAILED;
	if (rows_int(rows, 0, "forgotten") > 0)
		return OUTCOME_DONE;
	done_us = clock_monotonic_us();
	return OUTCOME_IDLE;
}
