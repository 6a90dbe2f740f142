/* What holds for a whole program of ours. */
#ifndef PERMAFROST_BASE_PROCESS_H
#define PERMAFROST_BASE_PROCESS_H

/* No crash writes this program's memory to disk: it holds tokens and passwords. A debugger may
 * still attach. What can't be done is logged. */
void process_keep_memory(void);

/* Become the same program anew, with the arguments of main(): it reads its configuration again and,
 * after an upgrade, is the new one. Process id, open sockets and blocked signals stay. Returns
 * only when that can't be done, which is logged. */
void process_begin_anew(char **arguments);

#endif
