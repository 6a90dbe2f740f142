/* Counters of all processes in one file. */
#include "config.h"

#include "base/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

#define SLOTS 128
#define MAGIC UINT64_C(0x7065726d61667231)
#define TRIES 5

/* A file is one of these, then SLOTS slots. */
struct head {
	uint64_t magic;
	uint64_t fingerprint;
	uint64_t slot_size;
};

struct slot {
	uint64_t program;
	uint64_t counters[METRIC_COUNT];
	struct metrics_row rows[];
};

const int64_t metrics_bounds_us[METRICS_BUCKETS - 1] = {
	500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000,
	5000000, 10000000,
};

static struct {
	int descriptor;          /* -1: nobody else counts here */
	size_t slot_count;
	size_t slot_size;
	size_t row_count;
	char *slots;             /* of all processes */
	struct slot *own;        /* NULL before metrics_open() */
} metrics = { .descriptor = -1 };

/* ---- the file ------------------------------------------------------------------------------- */

static size_t file_size(void)
{
	return sizeof(struct head) + SLOTS * metrics.slot_size;
}

/* A file that we did not just make: is it laid out as ours? */
static bool head_fits(int descriptor, const struct head *wanted)
{
	struct stat status;
	struct head head;

	return fstat(descriptor, &status) == 0 && (size_t)status.st_size == file_size() &&
	       pread(descriptor, &head, sizeof(head), 0) == (ssize_t)sizeof(head) &&
	       memcmp(&head, wanted, sizeof(head)) == 0;
}

/* What is empty was made just now, by us or by somebody who then died. */
static bool head_make(int descriptor, const struct head *wanted)
{
	struct stat status;

	return fstat(descriptor, &status) == 0 && status.st_size == 0 &&
	       ftruncate(descriptor, (off_t)file_size()) == 0 &&
	       pwrite(descriptor, wanted, sizeof(*wanted), 0) == (ssize_t)sizeof(*wanted);
}

/* One of another layout is left to those who have it mapped: the name becomes free. */
static int file_open(const struct metrics_file *file)
{
	const struct head wanted = { MAGIC, file->fingerprint, metrics.slot_size };
	int descriptor = -1;

	for (int tries = 0; tries < TRIES; tries++) {
		descriptor = open(file->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (descriptor < 0 || flock(descriptor, LOCK_EX) != 0)
			break;
		bool fits = head_fits(descriptor, &wanted) || head_make(descriptor, &wanted);
		if (!fits)
			unlink(file->path);
		flock(descriptor, LOCK_UN);
		if (fits)
			return descriptor;
		close(descriptor);
		descriptor = -1;
	}
	if (descriptor >= 0)
		close(descriptor);
	return -1;
}

/* The lock of a slot ends with its process, however that ends. `command` takes it or asks. */
static bool slot_lock(size_t n, int command, struct flock *lock)
{
	*lock = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET,
				.l_start = (off_t)n, .l_len = 1 };
	return fcntl(metrics.descriptor, command, lock) == 0;
}

static struct slot *slot_at(size_t n)
{
	return (struct slot *)(void *)(metrics.slots + n * metrics.slot_size);
}

static struct slot *slot_take(void)
{
	struct flock lock;

	for (size_t n = 0; n < SLOTS; n++) {
		if (slot_lock(n, F_OFD_SETLK, &lock))
			return slot_at(n);
	}
	errno = EUSERS;
	return NULL;
}

static bool file_map(const struct metrics_file *file)
{
	metrics.descriptor = file_open(file);
	if (metrics.descriptor < 0)
		return false;
	char *memory = mmap(NULL, file_size(), PROT_READ | PROT_WRITE, MAP_SHARED,
			    metrics.descriptor, 0);
	if (memory == MAP_FAILED)
		return false;
	metrics.slots = memory + sizeof(struct head);
	metrics.slot_count = SLOTS;
	metrics.own = slot_take();
	if (metrics.own == NULL)
		munmap(memory, file_size());
	return metrics.own != NULL;
}

static void alone(void)
{
	if (metrics.descriptor >= 0)
		close(metrics.descriptor);
	metrics.descriptor = -1;
	metrics.slots = calloc(1, metrics.slot_size);
	metrics.slot_count = metrics.slots == NULL ? 0 : 1;
	metrics.own = metrics.slots == NULL ? NULL : slot_at(0);
}

void metrics_open(const struct metrics_file *file)
{
	metrics.row_count = file->rows;
	metrics.slot_size = sizeof(struct slot) + file->rows * sizeof(struct metrics_row);
	if (file->path[0] == '\0' || !file_map(file)) {
		if (file->path[0] != '\0')
			log_warning("[metrics] file %s can't be used: %m; this process counts for "
				    "itself", file->path);
		alone();
	}
	if (metrics.own != NULL)
		metrics.own->program = file->program;
}

/* ---- counting ------------------------------------------------------------------------------- */

/* Nobody else writes here; who reads must not see half a number. */
static inline void add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

void metrics_count(enum metric metric)
{
	if (metrics.own != NULL)
		add(&metrics.own->counters[metric], 1);
}

static size_t bucket_of(int64_t us)
{
	size_t n = 0;

	while (n < METRICS_BUCKETS - 1 && us > metrics_bounds_us[n])
		n++;
	return n;
}

void metrics_request(size_t row, int status, int64_t us)
{
	if (metrics.own == NULL || row >= metrics.row_count)
		return;
	struct metrics_row *counters = &metrics.own->rows[row];
	add(&counters->statuses[status / 100 % METRICS_CLASSES], 1);
	add(&counters->buckets[bucket_of(us)], 1);
	add(&counters->us, (uint64_t)us);
}

/* ---- reading -------------------------------------------------------------------------------- */

static uint64_t get(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

uint64_t metrics_sum(enum metric metric)
{
	uint64_t sum = 0;

	for (size_t n = 0; n < metrics.slot_count; n++)
		sum += get(&slot_at(n)->counters[metric]);
	return sum;
}

void metrics_row_sum(size_t row, struct metrics_row *sum)
{
	const size_t words = sizeof(*sum) / sizeof(uint64_t);
	uint64_t *to = (uint64_t *)sum;

	*sum = (struct metrics_row){ 0 };
	for (size_t n = 0; n < metrics.slot_count; n++) {
		const uint64_t *from = (const uint64_t *)&slot_at(n)->rows[row];
		for (size_t i = 0; i < words; i++)
			to[i] += get(&from[i]);
	}
}

/* A slot that somebody holds; our own lock does not stop us from asking. */
static bool is_held(size_t n)
{
	struct flock lock;

	return slot_at(n) == metrics.own ||
	       (metrics.descriptor >= 0 && slot_lock(n, F_OFD_GETLK, &lock) &&
		lock.l_type != F_UNLCK);
}

size_t metrics_running(enum metrics_program program)
{
	size_t count = 0;

	for (size_t n = 0; n < metrics.slot_count; n++)
		count += get(&slot_at(n)->program) == program && is_held(n);
	return count;
}
