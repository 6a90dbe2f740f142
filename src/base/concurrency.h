/*
 * How much of a kind of work runs for the same key at one time, over all processes of this machine
 * that name the same file. A lock on a byte of it is a place. It is taken without waiting, and
 * ends with its process, however that ends; the file stays empty.
 */
#ifndef PERMAFROST_BASE_CONCURRENCY_H
#define PERMAFROST_BASE_CONCURRENCY_H

#include <stdbool.h>
#include <stdint.h>

#define CONCURRENCY_MAX 32767   /* places of one key; a higher limit is this one */

/*
 * Let `limit` processes in for each key from now on; 0: as many as come. The file is made if it is
 * not there, for our user alone. One that can't be used is logged, and everybody is let in.
 */
void concurrency_open(const char *path, int64_t limit);

/* Take a place for the key; NULL is a key like any other. A process has one at a time. False, at
 * once, when there is none left. */
bool concurrency_enter(const char *key);

/* Give it back, if there is one. */
void concurrency_leave(void);

/* The limit that is in force. */
int64_t concurrency_limit(void);

#endif
