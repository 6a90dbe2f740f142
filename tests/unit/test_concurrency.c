/* Places that processes share: so many of each key, given back however a process ends. */
#include "config.h"

#include "base/concurrency.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "child.h"
#include "unit.h"

#define LIMIT 2

static char path[64];

static bool enters(const char *key)
{
	concurrency_open(path, LIMIT);
	return concurrency_enter(key);
}

static bool enters_p1(void)
{
	return enters("p1");
}

static bool enters_p2(void)
{
	return enters("p2");
}

static bool enters_without_key(void)
{
	return enters(NULL);
}

static void so_many_of_a_key_are_let_in(void)
{
	pid_t first = child_start(enters_p1), second = child_start(enters_p1);

	CU_ASSERT(first > 0 && second > 0);
	CU_ASSERT_FALSE(child_finds(enters_p1));
	CU_ASSERT_TRUE(child_finds(enters_p2));
	CU_ASSERT_TRUE(child_finds(enters_without_key));
	child_kill(first);
	CU_ASSERT_TRUE(child_finds(enters_p1));
	child_kill(second);
}

static void what_is_given_back_is_free(void)
{
	pid_t other = child_start(enters_p1);

	CU_ASSERT(other > 0);
	concurrency_open(path, LIMIT);
	CU_ASSERT_TRUE(concurrency_enter("p1"));
	CU_ASSERT_FALSE(child_finds(enters_p1));
	concurrency_leave();
	CU_ASSERT_TRUE(child_finds(enters_p1));
	concurrency_leave();
	child_kill(other);
}

/* As when a request is run again. */
static void who_enters_twice_has_one_place(void)
{
	concurrency_open(path, LIMIT);
	CU_ASSERT_TRUE(concurrency_enter("p1"));
	CU_ASSERT_TRUE(concurrency_enter("p1"));
	CU_ASSERT_TRUE(child_finds(enters_p1));
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
