/* Places that processes share: so many of each key, given back however a process ends. */
#include "config.h"

#include "base/concurrency.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "unit.h"

#define LIMIT 2

static char path[64];

/* What another process finds, whose descriptor is its own. */
static bool another_enters(const char *key)
{
	int status = 1;
	pid_t child = fork();

	if (child == 0) {
		concurrency_open(path, LIMIT);
		_exit(concurrency_enter(key) ? 0 : 1);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* A process that has entered, and stays until it is killed. */
static pid_t holder_start(const char *key)
{
	int ready[2];
	char byte = 0;

	if (pipe(ready) != 0)
		return -1;
	pid_t child = fork();
	if (child == 0) {
		concurrency_open(path, LIMIT);
		byte = concurrency_enter(key) ? 1 : 0;
		if (write(ready[1], &byte, 1) == 1)
			pause();
		_exit(1);
	}
	bool is_in = child > 0 && read(ready[0], &byte, 1) == 1 && byte;
	close(ready[0]);
	close(ready[1]);
	CU_ASSERT_TRUE(is_in);
	return child;
}

static void holder_kill(pid_t holder)
{
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
}

static void so_many_of_a_key_are_let_in(void)
{
	pid_t first = holder_start("p1"), second = holder_start("p1");

	CU_ASSERT_FALSE(another_enters("p1"));
	CU_ASSERT_TRUE(another_enters("p2"));
	CU_ASSERT_TRUE(another_enters(NULL));
	holder_kill(first);
	CU_ASSERT_TRUE(another_enters("p1"));
	holder_kill(second);
}

static void what_is_given_back_is_free(void)
{
	pid_t other = holder_start("p1");

	concurrency_open(path, LIMIT);
	CU_ASSERT_TRUE(concurrency_enter("p1"));
	CU_ASSERT_FALSE(another_enters("p1"));
	concurrency_leave();
	CU_ASSERT_TRUE(another_enters("p1"));
	concurrency_leave();
	holder_kill(other);
}

/* As when a request is run again. */
static void who_enters_twice_has_one_place(void)
{
	concurrency_open(path, LIMIT);
	CU_ASSERT_TRUE(concurrency_enter("p1"));
	CU_ASSERT_TRUE(concurrency_enter("p1"));
	CU_ASSERT_TRUE(another_enters("p1"));
	concurrency_leave();
}

static void without_a_limit_or_a_file_all_are_let_in(void)
{
	concurrency_open(path, 0);
	for (int n = 0; n <= LIMIT; n++)
		CU_ASSERT_TRUE(concurrency_enter("p1"));
	log_threshold(LOG_LEVEL_ERROR);
	concurrency_open("/nowhere/searches", 1);
	CU_ASSERT_TRUE(concurrency_enter("p1"));
	concurrency_leave();
}

static void the_file_is_for_us_and_stays_empty(void)
{
	struct stat status;

	concurrency_open(path, LIMIT);
	CU_ASSERT_TRUE(concurrency_enter("p1"));
	CU_ASSERT_EQUAL(stat(path, &status), 0);
	CU_ASSERT_EQUAL(status.st_mode & 07777, 0600);
	CU_ASSERT_EQUAL(status.st_size, 0);
	concurrency_leave();
}

int main(void)
{
	static const struct unit units[] = {
		{ "so many processes are let in for a key, and as many for another",
		  so_many_of_a_key_are_let_in },
		{ "what is given back is free for others", what_is_given_back_is_free },
		{ "who enters again has one place", who_enters_twice_has_one_place },
		{ "without a limit, or a file, everybody is let in",
		  without_a_limit_or_a_file_all_are_let_in },
		{ "the file is for its user alone, and stays empty",
		  the_file_is_for_us_and_stays_empty },
		{ NULL, NULL },
	};

	snprintf(path, sizeof(path), "/tmp/permafrost-places.%d", (int)getpid());
	unlink(path);
	int status = unit_run("concurrency", units);
	unlink(path);
	return status;
}
