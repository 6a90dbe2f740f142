/* A bar at a terminal, redrawn in its line; elsewhere a line every few seconds. */
#include "config.h"

#include "admin/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define BAR_WIDTH 30
#define REDRAW_MS 100        /* at a terminal */
#define LINE_MS 5000         /* elsewhere */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_start(struct progress *progress, int64_t total)
{
	*progress = (struct progress){ .is_terminal = isatty(STDERR_FILENO) == 1, .total = total,
				       .last_shown = now_ms() };
}

static void bar_draw(int64_t done, int64_t total)
{
	int full = (int)(BAR_WIDTH * done / total);

	fputc('[', stderr);
	for (int n = 0; n < BAR_WIDTH; n++)
		fputc(n < full ? '#' : '.', stderr);
	fputs("] ", stderr);
}

void progress_show(struct progress *progress, int64_t done, int64_t documents)
{
	int64_t now = now_ms();

	if (now - progress->last_shown < (progress->is_terminal ? REDRAW_MS : LINE_MS))
		return;
	progress->last_shown = now;
	if (done > progress->total)   /* it grew meanwhile, or its size was never known */
		progress->total = 0;
	fputs(progress->is_terminal ? "\r\033[K" : "permafrost-manage: ", stderr);
	if (progress->is_terminal && progress->total > 0)
		bar_draw(done, progress->total);
	if (progress->total > 0)
		fprintf(stderr, "%3lld %%, ", (long long)(100 * done / progress->total));
	fprintf(stderr, "%lld documents%s", (long long)documents,
		progress->is_terminal ? "" : "\n");
	progress->is_shown = progress->is_terminal;
}

void progress_clear(struct progress *progress)
{
	if (progress->is_shown)
		fputs("\r\033[K", stderr);
	progress->is_shown = false;
}
