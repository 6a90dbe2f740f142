/* The engine: what the Data Protection API accepted is carried out by agents, and settled. */
#ifndef PERMAFROST_ENGINE_ENGINE_H
#define PERMAFROST_ENGINE_ENGINE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "recurrence/recurrence.h"

struct engine_settings {
	int64_t poll_interval;   /* seconds between two looks when nobody wakes us */
	int64_t work_timeout;    /* seconds that an agent may take for one resource */
	struct recurrence_limits limits;   /* of triggers */
	const char *schedule_time_zone;    /* by whose clocks the schedules of jobs go */
	int64_t overdue_grace;   /* seconds that a job or a backup may be late */
	int64_t client_silence;  /* seconds that a client may be silent */
	int64_t history_kept;    /* seconds that firings and ended runs are kept; 0: for ever */
	const char *host;        /* what this engine's row in os-services says */
	sigset_t waiting_mask;   /* signals blocked while it waits; more may be while it works */
};

/*
 * Carry out what there is to do until engine_stop(). Any number of engines may run, on any number
 * of hosts. True when it was stopped; false when it can't begin, or can't go on since the schema
 * became another, with the reason logged.
 */
bool engine_run(const struct engine_settings *settings);

/* End engine_run() after the piece that it is at; from a signal handler, too. */
void engine_stop(void);

#endif
