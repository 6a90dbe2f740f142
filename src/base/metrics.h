/*
 * Counters of all workers and engines of a machine, in a file that each of them maps. Everyone
 * writes to a slot of their own, so counting takes no lock and no atomic operation; who reads adds
 * the slots up. A slot outlives its process: the next one goes on counting in it.
 */
#ifndef PERMAFROST_BASE_METRICS_H
#define PERMAFROST_BASE_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One enumerator per row of metrics.def. */
enum metric {
#define METRIC(symbol, name, labels, help) METRIC_##symbol,
#include "base/metrics.def"
#undef METRIC
	METRIC_COUNT
};

enum metrics_program { METRICS_API = 1, METRICS_ENGINE = 2 };

#define METRICS_CLASSES 10    /* of status codes: 2 for 2xx, 7 for 753 */
#define METRICS_BUCKETS 15    /* of latencies; the last one has no bound */

/* The upper bounds of all but the last bucket, in microseconds. */
extern const int64_t metrics_bounds_us[METRICS_BUCKETS - 1];

/* What is counted of the requests of one route. */
struct metrics_row {
	uint64_t statuses[METRICS_CLASSES];
	uint64_t buckets[METRICS_BUCKETS];   /* each without the ones below it */
	uint64_t us;                         /* of all requests together */
};

struct metrics_file {
	const char *path;                /* "": each process counts for itself */
	enum metrics_program program;
	size_t rows;                     /* routes, numbered from 0 */
	uint64_t fingerprint;            /* of what the rows stand for */
};

/*
 * Take a slot of the file, which is made if it is not there, or made anew if another program laid
 * it out. What can't be done is logged, and this process counts for itself. Before, and in
 * programs that don't call it, nothing is counted. To be called once.
 */
void metrics_open(const struct metrics_file *file);

void metrics_count(enum metric metric);

/* Count a request: the number of its route, the status of the reply, and how long it took. */
void metrics_request(size_t row, int status, int64_t us);

/* ---- reading: what all slots hold together --------------------------------------------------- */

uint64_t metrics_sum(enum metric metric);
void metrics_row_sum(size_t row, struct metrics_row *sum);

/* How many of these programs run on this machine with the same file. */
size_t metrics_running(enum metrics_program program);

#endif
