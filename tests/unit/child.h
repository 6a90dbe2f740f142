/* Children of a test: other processes than ours, with what they share with us and what not. */
#ifndef PERMAFROST_TESTS_CHILD_H
#define PERMAFROST_TESTS_CHILD_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child finds when it looks. */
static inline bool child_finds(bool (*look)(void))
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(look() ? 0 : 1);
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* A child that has begun well, and is there until it is killed; -1: it has not. */
static inline pid_t child_start(bool (*begin)(void))
{
	int ready[2];
	char byte = 0;

	if (pipe(ready) != 0)
		return -1;
	pid_t child = fork();
	if (child == 0) {
		byte = begin() ? 1 : 0;
		if (write(ready[1], &byte, 1) == 1 && byte != 0)
			pause();
		_exit(1);
	}
	bool is_ready = child > 0 && read(ready[0], &byte, 1) == 1 && byte != 0;
	close(ready[0]);
	close(ready[1]);
	return is_ready ? child : -1;
}

static inline void child_kill(pid_t child)
{
	if (child <= 0)
		return;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

#endif
