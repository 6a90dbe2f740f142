/* What is counted and measured, as Prometheus reads it: its text format, version 0.0.4. nginx lets
 * only this machine ask (doc/watching.md). */
#include "config.h"

#include "base/metrics.h"
#include "route/route.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "store/queries.h"
#include "store/store.h"

#define CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define MICRO 1e6

static const char *const service_names[] = {
	[SERVICE_BACKUP] = "backup", [SERVICE_DATA_PROTECT] = "data-protect",
	[SERVICE_IDENTITY] = "identity", [SERVICE_METRICS] = "metrics",
};

/* ---- the routes that are counted ------------------------------------------------------------ */

/* What the rows stand for: another table of routes is another layout. */
static void fingerprint_add(const struct row *row, void *argument)
{
	uint64_t *fingerprint = argument;
	const char *const words[] = { service_names[row->service],
				      route_method_name(row->route->method), row->mount,
				      row->route->path };

	for (size_t n = 0; n < sizeof(words) / sizeof(words[0]); n++) {
		for (size_t i = 0; i <= strlen(words[n]); i++)
			*fingerprint = (*fingerprint ^ (unsigned char)words[n][i]) *
				       UINT64_C(1099511628211);
	}
	*fingerprint += row->number;
}

void route_metrics_open(const char *path, enum metrics_program program)
{
	uint64_t fingerprint = UINT64_C(14695981039346656037);

	route_each(fingerprint_add, &fingerprint);
	metrics_open(&(struct metrics_file){ .path = path, .program = program,
					     .rows = route_count(), .fingerprint = fingerprint });
}

/* ---- writing -------------------------------------------------------------------------------- */

static void head_put(struct text *out, const char *name, const char *type, const char *help)
{
	text_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* `service="backup",method="GET",route="/v2/{project_id}/jobs"` of a row of the table. */
static const char *labels_of(struct arena *arena, const struct row *row)
{
	const char *path = strcmp(row->route->path, "/") == 0 && row->mount[0] != '\0' ? "" :
			   row->route->path;

	return arena_printf(arena, "service=\"%s\",method=\"%s\",route=\"%s%s\"",
			    service_names[row->service], route_method_name(row->route->method),
			    row->mount, path);
}

static uint64_t total_of(const struct metrics_row *sums)
{
	uint64_t total = 0;

	for (size_t n = 0; n < METRICS_BUCKETS; n++)
		total += sums->buckets[n];
	return total;
}

/* One metric over all routes; those that nobody asked for are left out. */
struct listing {
	struct text *out;
	void (*put)(struct text *out, const char *labels, const struct metrics_row *sums);
};

static void statuses_put(struct text *out, const char *labels, const struct metrics_row *sums)
{
	for (int n = 0; n < METRICS_CLASSES; n++) {
		if (sums->statuses[n] > 0)
			text_printf(out, "permafrost_requests_total{%s,status=\"%dxx\"} %" PRIu64
				    "\n", labels, n, sums->statuses[n]);
	}
}

static void latencies_put(struct text *out, const char *labels, const struct metrics_row *sums)
{
	static const char name[] = "permafrost_request_duration_seconds";
	uint64_t below = 0;

	for (size_t n = 0; n < METRICS_BUCKETS - 1; n++) {
		below += sums->buckets[n];
		text_printf(out, "%s_bucket{%s,le=\"%g\"} %" PRIu64 "\n", name, labels,
			    (double)metrics_bounds_us[n] / MICRO, below);
	}
	below += sums->buckets[METRICS_BUCKETS - 1];
	text_printf(out, "%s_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n", name, labels, below);
	text_printf(out, "%s_sum{%s} %.6f\n%s_count{%s} %" PRIu64 "\n", name, labels,
		    (double)sums->us / MICRO, name, labels, below);
}

static void row_put(const struct listing *listing, size_t number, const char *labels)
{
	struct metrics_row sums;

	metrics_row_sum(number, &sums);
	if (total_of(&sums) > 0)
		listing->put(listing->out, labels, &sums);
}

static void row_look(const struct row *row, void *argument)
{
	const struct listing *listing = argument;

	row_put(listing, row->number, labels_of(listing->out->arena, row));
}

/* What fits no route is the first row. */
static void rows_put(const struct listing *listing)
{
	row_put(listing, 0, "service=\"\",method=\"\",route=\"none\"");
	route_each(row_look, (void *)(uintptr_t)listing);
}

static void requests_put(struct text *out)
{
	head_put(out, "permafrost_requests_total", "counter",
		 "Requests by route and class of status.");
	rows_put(&(struct listing){ out, statuses_put });
	head_put(out, "permafrost_request_duration_seconds", "histogram",
		 "Time from the first to the last byte of a request in a worker.");
	rows_put(&(struct listing){ out, latencies_put });
}

static void counters_put(struct text *out)
{
	static const struct { const char *name, *labels, *help; } rows[] = {
#define METRIC(symbol, name, labels, help) { name, labels, help },
#include "base/metrics.def"
#undef METRIC
	};

	for (size_t n = 0; n < METRIC_COUNT; n++) {
		bool has_labels = rows[n].labels[0] != '\0';
		if (n == 0 || strcmp(rows[n].name, rows[n - 1].name) != 0)
			head_put(out, rows[n].name, "counter", rows[n].help);
		text_printf(out, "%s%s%s%s %" PRIu64 "\n", rows[n].name, has_labels ? "{" : "",
			    rows[n].labels, has_labels ? "}" : "",
			    metrics_sum((enum metric)n));
	}
}

static void processes_put(struct text *out)
{
	head_put(out, "permafrost_processes", "gauge", "Programs that run on this machine.");
	text_printf(out, "permafrost_processes{program=\"permafrost-api\"} %zu\n"
		    "permafrost_processes{program=\"permafrost-engine\"} %zu\n",
		    metrics_running(METRICS_API), metrics_running(METRICS_ENGINE));
	head_put(out, "permafrost_build_info", "gauge", "1; its label is the version.");
	text_puts(out, "permafrost_build_info{version=\"" PACKAGE_VERSION "\"} 1\n");
}

/* ---- what only the database knows ----------------------------------------------------------- */

/* A column of sql/query/metrics.sql; null where there is nothing to tell. */
static const struct gauge {
	const char *column, *name, *labels, *help;
} gauges[] = {
	{ "trigger_lag", "permafrost_trigger_lag_seconds", "",
	  "How long the oldest trigger is due that was not fired." },
	{ "work_waiting", "permafrost_work_items", "{status=\"waiting\"}",
	  "Work of checkpoints and restores that is not over." },
	{ "work_running", "permafrost_work_items", "{status=\"running\"}", NULL },
	{ "runs_due", "permafrost_operation_runs_due", "",
	  "Scheduled operations that are to begin." },
	{ "overdue_job", "permafrost_overdue", "{kind=\"job\"}",
	  "What should have happened and did not, by kind." },
	{ "overdue_backup", "permafrost_overdue", "{kind=\"backup\"}", NULL },
	{ "overdue_client", "permafrost_overdue", "{kind=\"client\"}", NULL },
	{ "look_lag", "permafrost_expectation_lag_seconds", "",
	  "How long the oldest changed job waits to be looked at by an engine." },
	{ "engine_silence", "permafrost_engine_silence_seconds", "",
	  "How long ago an engine was last there, on whatever machine." },
};

static void gauges_put(struct text *out, const struct rows *rows)
{
	for (size_t n = 0; n < sizeof(gauges) / sizeof(gauges[0]); n++) {
		const char *value = rows_text(rows, 0, gauges[n].column);
		if (gauges[n].help != NULL)
			head_put(out, gauges[n].name, "gauge", gauges[n].help);
		if (value != NULL)
			text_printf(out, "%s%s %s\n", gauges[n].name, gauges[n].labels, value);
	}
}

/* Without the database the counters are told all the same. */
static void database_put(struct req *rq, struct text *out)
{
	struct rows *rows = STORE_ASK(rq, &sql_metrics);

	head_put(out, "permafrost_database_up", "gauge", "1 when PostgreSQL answers, else 0.");
	text_printf(out, "permafrost_database_up %d\n", rows != NULL);
	if (rows != NULL)
		gauges_put(out, rows);
	rq->problem = (struct problem){ 0 };
	rq->reply = (struct reply){ 0 };
}

static bool metrics_show(struct req *rq)
{
	struct text out = { .arena = rq->arena };

	requests_put(&out);
	counters_put(&out);
	processes_put(&out);
	database_put(rq, &out);
	reply_json(rq, 200, out.data);
	rq->reply.content_type = CONTENT_TYPE;
	return true;
}

static const struct route metrics_routes[] = {
	{ METHOD_GET, "/metrics", RULE_PUBLIC, metrics_show, NULL, ANY_ACCEPT | NO_DATABASE, 200 },
	{ 0 }
};

const struct resource route_metrics = { .name = "metrics", .routes = metrics_routes };
