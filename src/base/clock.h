/* Time and ids, in one place each. */
#ifndef PERMAFROST_BASE_CLOCK_H
#define PERMAFROST_BASE_CLOCK_H

#include <stdint.h>

/* Seconds since 1970-01-01T00:00:00Z. */
int64_t clock_now(void);

/* Microseconds on a clock that never goes back; only differences mean anything. */
int64_t clock_monotonic_us(void);

#define UUID_HEX_SIZE 33
#define UUID_DASHED_SIZE 37

/* A random UUID (RFC 4122 version 4) as 32 lower-case hex digits, the form of Freezer's ids. */
void uuid_hex(char out[UUID_HEX_SIZE]);

/* The same with dashes. */
void uuid_dashed(char out[UUID_DASHED_SIZE]);

#endif
