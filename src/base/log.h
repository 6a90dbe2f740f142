/*
 * One line per event on standard error: with the priority prefix that journald reads where journald
 * listens, else with the level as a word, and with the time unless it is a terminal.
 */
#ifndef PERMAFROST_BASE_LOG_H
#define PERMAFROST_BASE_LOG_H

#include <stdbool.h>

/* The numbers are those of syslog. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/* Lines above `level` are dropped. The default is LOG_LEVEL_INFO. */
void log_threshold(enum log_level level);

/* The level of that name: "error", "warning", "info", "debug". False for another word. */
bool log_level_named(const char *name, enum log_level *level);

/* The request id and the step that every following line carries; NULL for none. Not copied. */
void log_context(const char *request_id, const char *const *doing);

/* Hand lines, without level and time, to take() instead of writing them; NULL: write them again. */
typedef void log_taker(void *taker, enum log_level level, const char *line);
void log_divert(log_taker *take, void *taker);

/*
 * Lower case, no full stop. Tokens, passwords, bodies and SQL values are never logged. One event
 * stays one line: a newline becomes "; ", a tab a blank, other control characters become '?'.
 */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
