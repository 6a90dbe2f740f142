/* What holds for a whole program of ours. */
#ifndef PERMAFROST_BASE_PROCESS_H
#define PERMAFROST_BASE_PROCESS_H

/* Nobody but root sees this program's memory, which holds tokens and passwords: no crash writes it
 * to disk or to a program that collects dumps, and no other process of its user may read or trace
 * it. What can't be done is logged. */
void process_keep_memory(void);

/* Become the same program anew, with the arguments of main(): it reads its configuration again and,
 * after an upgrade, is the new one. Process id, open sockets and blocked signals stay. Returns
 * only when that can't be done, which is logged. */
void process_begin_anew(char **arguments);

#endif
