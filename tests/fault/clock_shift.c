/*
 * Loaded before the C library by programs under test: their clock of the day is as many seconds ahead as
 * the file of CLOCK_SHIFT_FILE says in its first eight bytes, at once whenever these change, in
 * whichever process. Clocks that only run forward are left alone. tests/fault/clock builds it.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t nothing;
static const volatile int64_t *shift = &nothing;

__attribute__((constructor)) static void shift_find(void)
{
	const char *path = getenv("CLOCK_SHIFT_FILE");
	int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return;
	void *map = mmap(NULL, sizeof(*shift), PROT_READ, MAP_SHARED, file, 0);
	if (map != MAP_FAILED)
		shift = map;
	close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int status = (int)syscall(SYS_clock_gettime, clock, now);

	if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec += (time_t)*shift;
	return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec exact;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &exact);
	*now = (struct timeval){ exact.tv_sec, exact.tv_nsec / 1000 };
	return 0;
}

time_t time(time_t *there)
{
	struct timespec exact;

	clock_gettime(CLOCK_REALTIME, &exact);
	if (there != NULL)
		*there = exact.tv_sec;
	return exact.tv_sec;
}
