/* What holds for a whole program of ours. */
#ifndef PERMAFROST_BASE_PROCESS_H
#define PERMAFROST_BASE_PROCESS_H

/* No crash writes this program's memory to disk: it holds tokens and passwords. A debugger may
 * still attach. What can't be done is logged. */
void process_keep_memory(void);

#endif
