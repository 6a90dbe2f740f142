/* Time and ids: the one file that asks the clock, and the one that knows libuuid. */
#include "config.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <uuid.h>

int64_t clock_now(void)
{
	return (int64_t)time(NULL);
}

int64_t clock_monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void uuid_hex(char out[UUID_HEX_SIZE])
{
	char dashed[UUID_DASHED_SIZE];
	char *to = out;

	uuid_dashed(dashed);
	for (const char *from = dashed; *from != '\0'; from++) {
		if (*from != '-')
			*to++ = *from;
	}
	*to = '\0';
}

void uuid_dashed(char out[UUID_DASHED_SIZE])
{
	uuid_t id;

	/* uuid_generate_random() sets up a generator of its own for each id: six system calls */
	if (getrandom(id, sizeof(id), 0) != sizeof(id))
		abort();
	id[6] = (unsigned char)((id[6] & 0x0f) | 0x40);   /* version 4 */
	id[8] = (unsigned char)((id[8] & 0x3f) | 0x80);   /* RFC 4122's variant */
	uuid_unparse_lower(id, out);
}
