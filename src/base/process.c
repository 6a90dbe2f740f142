/* What holds for a whole program of ours. */
#include "config.h"

#include "base/process.h"

#include <sys/resource.h>

#include "base/log.h"

void process_keep_memory(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) != 0)
		log_warning("core dumps can't be switched off: %m");
}
