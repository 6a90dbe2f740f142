/*
 * What a program tells systemd about itself (sd_notify(3)): that it is ready, that it still turns,
 * that it ends. Where nobody asked to be told, nothing happens.
 */
#ifndef PERMAFROST_BASE_SUPERVISOR_H
#define PERMAFROST_BASE_SUPERVISOR_H

#include <stdint.h>

/* The program is ready for work. Also learns how often a sign of life is wanted (WatchdogSec=). */
void supervisor_ready(void);

/* A sign of life, sent when one is due and cheap to ask for otherwise: call it between two pieces
 * of work. Whoever is silent for longer than WatchdogSec= is ended and started anew. */
void supervisor_alive(void);

/* The longest time in milliseconds that a program may wait before it calls supervisor_alive();
 * -1: as long as it likes. */
int64_t supervisor_patience(void);

/* No more work is taken. */
void supervisor_stopping(void);

#endif
