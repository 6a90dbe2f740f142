/* Places as locks of the open file description, on bytes beyond the end of a file. */
#include "config.h"

#include "base/concurrency.h"

#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "base/log.h"

/* Each key has a range of its own; an offset has 63 bits. */
#define PLACE_BITS 15
#define KEY_BITS (63 - PLACE_BITS)

static struct {
	int descriptor;      /* -1: there is no limit */
	int64_t limit;
	off_t range;         /* of the key that we are in; -1: of none */
} places = { .descriptor = -1, .range = -1 };

void concurrency_open(const char *path, int64_t limit)
{
	if (places.descriptor >= 0)
		close(places.descriptor);
	places.range = -1;
	places.descriptor = -1;
	places.limit = limit > CONCURRENCY_MAX ? CONCURRENCY_MAX : limit;
	if (limit == 0)
		return;
	places.descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (places.descriptor < 0)
		log_warning("[api] searches_file %s can't be used: %m; searches are not limited",
			    path);
}

int64_t concurrency_limit(void)
{
	return places.limit;
}

/* FNV-1a: who chooses names of projects could make two share a range, and would harm their own. */
static off_t range_of(const char *key)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; key != NULL && *key != '\0'; key++)
		hash = (hash ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
	return (off_t)(hash >> (64 - KEY_BITS) << PLACE_BITS);
}

static bool lock_set(short type, off_t start, off_t length)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET,
			      .l_start = start, .l_len = length };

	return fcntl(places.descriptor, F_OFD_SETLK, &lock) == 0;
}

bool concurrency_enter(const char *key)
{
	if (places.descriptor < 0)
		return true;
	concurrency_leave();
	off_t range = range_of(key);
	for (off_t place = 0; place < places.limit; place++) {
		if (lock_set(F_WRLCK, range + place, 1)) {
			places.range = range;
			return true;
		}
	}
	return false;
}

void concurrency_leave(void)
{
	if (places.range >= 0)
		lock_set(F_UNLCK, places.range, (off_t)1 << PLACE_BITS);
	places.range = -1;
}
