/* What a program tells systemd about itself; the only file that knows libsystemd. */
#include "config.h"

#include "base/supervisor.h"

#include <systemd/sd-daemon.h>

#include "base/clock.h"

static int64_t every_us;   /* between two signs of life; 0: none is wanted */
static int64_t told_at;

void supervisor_ready(void)
{
	uint64_t limit_us = 0;

	every_us = sd_watchdog_enabled(0, &limit_us) > 0 ? (int64_t)(limit_us / 2) : 0;
	told_at = clock_monotonic_us();
	sd_notify(0, "READY=1");
}

void supervisor_alive(void)
{
	if (every_us == 0)
		return;
	int64_t now = clock_monotonic_us();
	if (now - told_at < every_us / 2)
		return;
	told_at = now;
	sd_notify(0, "WATCHDOG=1");
}

int64_t supervisor_patience(void)
{
	return every_us == 0 ? -1 : every_us / 1000;
}

void supervisor_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}
