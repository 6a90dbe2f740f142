/*
 * A settings file of any bytes: each line that is none is logged on a line of its own, and what is one is in
 * the bounds of its kind, and shown without secrets. The file is one in memory, so nothing waits for a disk.
 * clang -fsanitize=fuzzer,address,undefined; see tests/fuzz/README.md.
 */
#include "config.h"

#include "base/settings_int.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t faults;

static void fault_take(void *taker, enum log_level level, const char *line)
{
	(void)taker;
	assert(line[0] != '\0' && strpbrk(line, "\n\r\t") == NULL);
	faults += level == LOG_LEVEL_ERROR;
}

static void judge_value(enum setting setting)
{
	int64_t number = setting_int(setting);

	assert(setting_value(setting)->from != NULL && setting_value(setting)->text != NULL);
	switch (setting_rows[setting].kind) {
	case SETTING_IS_COUNT:
	case SETTING_IS_BYTES:
		assert(number >= 1 && number <= INT32_MAX);
		break;
	case SETTING_IS_NUMBER:
	case SETTING_IS_SECONDS:
		assert(number >= 0 && number <= INT32_MAX);
		break;
	case SETTING_IS_LIMIT:
		assert(number >= -1 && number <= INT32_MAX);
		break;
	case SETTING_IS_BOOL:
		assert(number == 0 || number == 1);
		break;
	default:
		break;
	}
}

/* A secret stands in no line of its own name. */
static void judge_shown(void)
{
	static char shown[1 << 16];
	char line[128];
	FILE *out = fmemopen(shown, sizeof(shown), "w");

	assert(out != NULL);
	settings_show(out);
	fclose(out);
	for (int n = 0; n < SETTING_COUNT; n++) {
		if (setting_rows[n].kind != SETTING_IS_SECRET || setting_text((enum setting)n)[0] == '\0')
			continue;
		snprintf(line, sizeof(line), "\n%s = ***  # from ", setting_rows[n].name);
		assert(strstr(shown, line) != NULL);
	}
}

static bool file_note(const char *path, void *argument)
{
	return strcmp(path, argument) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct arena *arena;
	static char path[32];
	static int file = -1;

	if (file < 0) {
		arena = arena_new();
		file = memfd_create("settings", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
		log_divert(fault_take, NULL);
	}
	if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (ssize_t)size)
		abort();
	faults = 0;
	bool good = settings_load(path);
	assert(good == (faults == 0));
	if (good) {
		for (int n = 0; n < SETTING_COUNT; n++)
			judge_value((enum setting)n);
		judge_shown();
		assert(settings_visit_secret(arena, file_note, path));
	}
	arena_reset(arena);
	return 0;
}
