/* doctor: what this machine lets our processes do. */
#include "config.h"

#include "admin/doctor_int.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

#define COMM_SIZE 16               /* of the kernel: longer names are cut */

/* Files that a process has open at its busiest, with room to spare. */
static const struct need {
	const char *program;
	long files;
} needs[] = {
	{ "permafrost-api", 64 }, { "permafrost-engine", 64 }, { "nginx", 1024 }, { NULL, 0 }
};

static bool line_read(const char *path, const char *start, char *line, int size)
{
	FILE *file = fopen(path, "re");
	bool found = false;

	while (file != NULL && !found && fgets(line, size, file) != NULL)
		found = strncmp(line, start, strlen(start)) == 0;
	if (file != NULL)
		fclose(file);
	return found;
}

static const struct need *need_of(const char *program)
{
	const struct need *need = needs;

	while (need->program != NULL && strncmp(need->program, program, COMM_SIZE - 1) != 0)
		need++;
	return need->program == NULL ? NULL : need;
}

static void process_check(struct checkup *checkup, const char *process)
{
	static const char start[] = "Max open files";
	const char *directory = arena_printf(checkup->arena, "/proc/%s", process);
	char line[128];

	if (!line_read(arena_printf(checkup->arena, "%s/comm", directory), "", line, sizeof(line)))
		return;
	line[strcspn(line, "\n")] = '\0';
	const struct need *need = need_of(line);
	if (need == NULL || !line_read(arena_printf(checkup->arena, "%s/limits", directory), start,
				       line, sizeof(line)))
		return;
	const char *value = line + sizeof(start) - 1 + strspn(line + sizeof(start) - 1, " ");
	if (strncmp(value, "unlimited", 9) == 0 || strtol(value, NULL, 10) >= need->files)
		return;
	doctor_tell(checkup, HEALTH_WARN, "raise it: LimitNOFILE of its service, or ulimit -n",
		    "%s, process %s, may open %ld files; it should be %ld", need->program, process,
		    strtol(value, NULL, 10), need->files);
}

static int is_process(const struct dirent *entry)
{
	return entry->d_name[strspn(entry->d_name, "0123456789")] == '\0';
}

void doctor_descriptors(struct checkup *checkup)
{
	struct dirent **entries;
	int count = scandir("/proc", &entries, is_process, alphasort);

	for (int n = 0; n < count; n++) {
		process_check(checkup, entries[n]->d_name);
		free(entries[n]);
	}
	if (count >= 0)
		free(entries);
}
