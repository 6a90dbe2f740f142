/* Facts as text: one case a line, blank lines and lines that begin with '#' left out. */
#ifndef PERMAFROST_TESTS_CASES_H
#define PERMAFROST_TESTS_CASES_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASE_BLANKS " \t"

/*
 * Call judge(line) for each case of tests/data/NAME; it returns whether the case is true. Wrong
 * ones are printed with their line. True when there was one case at least and all were true.
 */
static inline bool cases_all_true(const char *name, bool (*judge)(char *line))
{
	const char *root = getenv("srcdir");
	char path[512], line[4096], copy[sizeof(line)];
	size_t number = 0, cases = 0, wrong = 0;

	snprintf(path, sizeof(path), "%s/tests/data/%s", root == NULL ? "." : root, name);
	FILE *file = fopen(path, "r");
	if (file == NULL) {
		printf("#   %s can't be read\n", path);
		return false;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		cases++;
		memcpy(copy, line, sizeof(copy));
		if (!judge(copy)) {
			wrong++;
			printf("#   %s:%zu: not so: %s\n", name, number, line);
		}
	}
	fclose(file);
	return cases > 0 && wrong == 0;
}

/* Cut the next column off: columns are separated by two blanks or more. "" when none is left. */
static inline char *cases_column(char **line)
{
	char *column = *line + strspn(*line, CASE_BLANKS);
	char *end = strstr(column, "  ");

	*line = end == NULL ? column + strlen(column) : end + 2;
	if (end != NULL)
		*end = '\0';
	return column;
}

#endif
