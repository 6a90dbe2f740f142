/* What holds for a whole program of ours. */
#include "config.h"

#include "base/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"

void process_keep_memory(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
		log_warning("core dumps can't be switched off: %m");
}

void process_begin_anew(char **arguments)
{
	execvp(arguments[0], arguments);
	log_error("%s can't be started anew: %m", arguments[0]);
}
