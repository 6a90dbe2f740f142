/*
 * Runs a fuzz target without a fuzzer: each input of its corpus as it is, and many times with a few
 * bytes changed. What goes wrong ends the program: the target asserts, the sanitizers watch.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX 4096
#define MUTANTS 2000      /* of each input */
#define CHANGES_MAX 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state = 88172645463325252u;   /* the same numbers in every run */

static size_t below(size_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state % limit);
}

/* Change, drop or double a byte, or put one that means something in its place. */
static size_t change(uint8_t *data, size_t size)
{
	static const char telling[] = "{}[]\",:\\/ueE+-.0\x80\xc3\xed";
	size_t at = below(size);

	switch (below(4)) {
	case 0:
		data[at] ^= (uint8_t)(1u << below(8));
		return size;
	case 1:
		memmove(data + at, data + at + 1, size - at - 1);
		return size - 1;
	case 2:
		if (size == INPUT_MAX)
			return size;
		memmove(data + at + 1, data + at, size - at);
		return size + 1;
	default:
		data[at] = (uint8_t)telling[below(sizeof(telling))];
		return size;
	}
}

static void try_one(const uint8_t *input, size_t size)
{
	LLVMFuzzerTestOneInput(input, size);
	for (int n = 0; n < MUTANTS; n++) {
		uint8_t mutant[INPUT_MAX];
		size_t len = size;
		memcpy(mutant, input, size);
		for (size_t changes = 1 + below(CHANGES_MAX); changes > 0 && len > 0; changes--)
			len = change(mutant, len);
		/* of its exact size, so that a read past the end is seen */
		uint8_t *exact = malloc(len + 1);
		if (exact == NULL)
			abort();
		memcpy(exact, mutant, len);
		LLVMFuzzerTestOneInput(exact, len);
		free(exact);
	}
}

static int try_file(const char *directory, const char *name)
{
	char path[1024];
	uint8_t input[INPUT_MAX];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		return 0;
	size_t size = fread(input, 1, sizeof(input), file);
	fclose(file);
	try_one(input, size);
	return 1;
}

int main(void)
{
	const char *top = getenv("srcdir");
	char directory[512];
	int inputs = 0;

	snprintf(directory, sizeof(directory), "%s/tests/fuzz/corpus/%s",
		 top == NULL ? "." : top, CORPUS);
	DIR *corpus = opendir(directory);
	if (corpus == NULL) {
		printf("not ok - the corpus %s can be read\n", directory);
		return EXIT_FAILURE;
	}
	struct dirent *entry;
	while ((entry = readdir(corpus)) != NULL)
		if (entry->d_name[0] != '.')
			inputs += try_file(directory, entry->d_name);
	closedir(corpus);
	printf("%s - %s: %d inputs, and %d mutants of each, are taken without harm\n",
	       inputs > 0 ? "ok" : "not ok", CORPUS, inputs, MUTANTS);
	return inputs > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
