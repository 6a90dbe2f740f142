/* Counters that processes share, and that outlive them. */
#include "config.h"

#include "base/metrics.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "unit.h"

#define ROWS 5

static char path[64];

static void open_as(enum metrics_program program, uint64_t fingerprint)
{
	metrics_open(&(struct metrics_file){ .path = path, .program = program, .rows = ROWS,
					     .fingerprint = fingerprint });
}

static void fresh_file(void)
{
	snprintf(path, sizeof(path), "/tmp/permafrost-metrics.%d", (int)getpid());
	unlink(path);
}

/* ---- what children do ------------------------------------------------------------------------- */

static bool count_three(void)
{
	open_as(METRICS_API, 1);
	for (int n = 0; n < 3; n++) {
		metrics_count(METRIC_TOKEN_HITS);
		metrics_request(2, 200, 700);
	}
	metrics_request(2, 753, 20000000);
	metrics_request(ROWS, 200, 1);     /* there is no such row */
	return true;
}

static bool be_engine(void)
{
	open_as(METRICS_ENGINE, 1);
	return true;
}

static bool sees_six_of_two(void)
{
	struct metrics_row sum;

	open_as(METRICS_ENGINE, 1);
	metrics_row_sum(2, &sum);
	return metrics_sum(METRIC_TOKEN_HITS) == 6 && metrics_sum(METRIC_TOKEN_MISSES) == 0 &&
	       sum.statuses[2] == 6 && sum.statuses[7] == 2 && sum.us == 2 * (3 * 700 + 20000000) &&
	       sum.buckets[0] == 0 && sum.buckets[1] == 6 &&
	       sum.buckets[METRICS_BUCKETS - 1] == 2 && metrics_running(METRICS_API) == 2 &&
	       metrics_running(METRICS_ENGINE) == 1;
}

static bool sees_six_of_nobody(void)
{
	open_as(METRICS_API, 1);
	return metrics_sum(METRIC_TOKEN_HITS) == 6 && metrics_running(METRICS_API) == 1;
}

static bool sees_seven_after_one(void)
{
	open_as(METRICS_API, 1);
	metrics_count(METRIC_TOKEN_HITS);
	return metrics_sum(METRIC_TOKEN_HITS) == 7;
}

static bool sees_nothing(void)
{
	open_as(METRICS_API, 2);
	return metrics_sum(METRIC_TOKEN_HITS) == 0 && metrics_running(METRICS_API) == 1;
}

static bool sees_one_after_none(void)
{
	open_as(METRICS_API, 1);
	metrics_count(METRIC_TOKEN_HITS);
	return metrics_sum(METRIC_TOKEN_HITS) == 1;
}

static bool counts_alone(void)
{
	snprintf(path, sizeof(path), "/nowhere/metrics");
	if (freopen("/dev/null", "w", stderr) == NULL)
		return false;
	count_three();
	return metrics_sum(METRIC_TOKEN_HITS) == 3 && metrics_running(METRICS_API) == 1;
}

/* Is a piece of this program's memory a file of that name? */
static bool is_mapped(const char *name)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];
	bool found = false;

	if (maps == NULL)
		return true;
	while (!found && fgets(line, sizeof(line), maps) != NULL)
		found = strstr(line, name) != NULL;
	fclose(maps);
	return found;
}

static bool counts_alone_beside_the_file(void)
{
	if (freopen("/dev/null", "w", stderr) == NULL)
		return false;
	count_three();
	return metrics_sum(METRIC_TOKEN_HITS) == 3 && !is_mapped(path);
}

static bool counts_nothing(void)
{
	metrics_count(METRIC_TOKEN_HITS);
	metrics_request(0, 200, 1);
	return metrics_sum(METRIC_TOKEN_HITS) == 0 && metrics_running(METRICS_API) == 0;
}

/* ---- the tests -------------------------------------------------------------------------------- */

static void what_all_count_is_added_up(void)
{
	fresh_file();
	pid_t first = child_start(count_three), second = child_start(count_three);

	CU_ASSERT(first > 0 && second > 0);
	CU_ASSERT(child_finds(sees_six_of_two));
	child_kill(first);
	child_kill(second);
	CU_ASSERT(child_finds(sees_six_of_nobody));
	CU_ASSERT(child_finds(sees_seven_after_one));
	unlink(path);
}

static void another_layout_begins_anew(void)
{
	fresh_file();
	pid_t old = child_start(count_three);

	CU_ASSERT(old > 0);
	CU_ASSERT(child_finds(sees_nothing));
	child_kill(old);
	unlink(path);
}

static void what_is_no_counter_file_is_replaced(void)
{
	fresh_file();
	FILE *file = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs("something else", file);
	fclose(file);
	CU_ASSERT(child_finds(sees_one_after_none));
	unlink(path);
}

static void the_file_is_for_its_owner(void)
{
	struct stat status;

	fresh_file();
	pid_t child = child_start(be_engine);
	CU_ASSERT(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
	child_kill(child);
	unlink(path);
}

static void a_link_is_not_followed(void)
{
	char target[80];

	fresh_file();
	snprintf(target, sizeof(target), "%s.target", path);
	CU_ASSERT_EQUAL(symlink(target, path), 0);
	if (freopen("/dev/null", "w", stderr) != NULL)
		CU_ASSERT(child_finds(sees_one_after_none));
	CU_ASSERT_NOT_EQUAL(access(target, F_OK), 0);
	unlink(path);
}

static void without_a_file_each_counts_alone(void)
{
	CU_ASSERT(child_finds(counts_alone));
	CU_ASSERT(child_finds(counts_nothing));
}

static void a_full_file_is_let_go_of(void)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	fresh_file();
	CU_ASSERT(child_finds(sees_one_after_none));
	int descriptor = open(path, O_RDWR | O_CLOEXEC);
	CU_ASSERT_EQUAL(fcntl(descriptor, F_OFD_SETLK, &all), 0);
	CU_ASSERT(child_finds(counts_alone_beside_the_file));
	close(descriptor);
	unlink(path);
}

static const struct unit units[] = {
	{ "what all processes count is added up, and outlives them", what_all_count_is_added_up },
	{ "another layout of the file begins anew", another_layout_begins_anew },
	{ "what is no file of counters is replaced", what_is_no_counter_file_is_replaced },
	{ "the file is for its owner only", the_file_is_for_its_owner },
	{ "a symbolic link is not followed", a_link_is_not_followed },
	{ "without a file each process counts for itself", without_a_file_each_counts_alone },
	{ "who finds no place in the file counts for itself, and lets go of the file",
	  a_full_file_is_let_go_of },
	{ NULL, NULL }
};

int main(void)
{
	return unit_run("metrics", units);
}
