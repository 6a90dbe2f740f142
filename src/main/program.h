/* What the workers and the engine begin alike. */
#ifndef PERMAFROST_MAIN_PROGRAM_H
#define PERMAFROST_MAIN_PROGRAM_H

#include <stdbool.h>

/* Read the command line: --config FILE, --help, --version. Returns the file, NULL when none is
 * named; does not return when there is nothing to run. `usage` is what --help prints. */
const char *program_config_file(int argc, char **argv, const char *usage);

/* Warn, in the log, of each file that holds a password of ours and that everybody may read.
 * Settings are loaded. */
void program_warn_of_open_secrets(void);

/* Hand [cloud] to who asks the cloud. False when that can't be used, which is logged. */
bool program_configure_cloud(void);

#endif
