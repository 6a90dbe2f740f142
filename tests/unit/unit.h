/* Run a table of CUnit tests and say of each phrase whether it is true. */
#ifndef PERMAFROST_TESTS_UNIT_H
#define PERMAFROST_TESTS_UNIT_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>

/* CUnit leaves a test by longjmp(); that what follows never runs must be said to who reads it only. */
#undef CU_ASSERT_PTR_NOT_NULL_FATAL
#define CU_ASSERT_PTR_NOT_NULL_FATAL(pointer) do { \
	const void *pointed = (pointer); \
	CU_assertImplementation(pointed != NULL, __LINE__, #pointer " is not NULL", __FILE__, "", CU_TRUE); \
	if (pointed == NULL) \
		abort(); \
} while (0)

/* A test and what it shows, as a phrase of what must be true. A row without a phrase ends a table. */
struct unit {
	const char *phrase;
	void (*run)(void);
};

static inline void unit_wait_ms(long ms)
{
	const struct timespec wait = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&wait, NULL);
}

static inline void unit_failures_print(void)
{
	for (CU_pFailureRecord failure = CU_get_failure_list(); failure != NULL;
	     failure = failure->pNext)
		printf("#   %s:%u: %s\n", failure->strFileName, failure->uiLineNumber,
		       failure->strCondition);
}

/* Run every test of the table; returns what main() should. */
static inline int unit_run(const char *room, const struct unit *units)
{
	unsigned failed = 0;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return EXIT_FAILURE;
	CU_pSuite suite = CU_add_suite(room, NULL, NULL);
	for (; suite != NULL && units->phrase != NULL; units++) {
		CU_pTest test = CU_add_test(suite, units->phrase, units->run);
		bool passed = test != NULL && CU_run_test(suite, test) == CUE_SUCCESS &&
			      CU_get_number_of_failures() == 0;
		printf("%s - %s: %s\n", passed ? "ok" : "not ok", room, units->phrase);
		if (!passed)
			unit_failures_print();
		failed += !passed;
		fflush(stdout);
	}
	CU_cleanup_registry();
	return suite == NULL || failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
