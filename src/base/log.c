/* One line per event on standard error, for journald, a terminal or a file. */
#include "config.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define LINE_MAX_BYTES 2048

struct line {
	char data[LINE_MAX_BYTES];
	size_t len;
};

static const struct {
	enum log_level level;
	const char *name;
} levels[] = {
	{ LOG_LEVEL_ERROR, "error" }, { LOG_LEVEL_WARNING, "warning" },
	{ LOG_LEVEL_INFO, "info" }, { LOG_LEVEL_DEBUG, "debug" },
};

#define LEVEL_COUNT (sizeof(levels) / sizeof(levels[0]))

static enum log_level threshold = LOG_LEVEL_INFO;
static const char *context_id;
static const char *const *context_doing;
static log_taker *divert_take;
static void *divert_taker;

void log_threshold(enum log_level level)
{
	threshold = level;
}

bool log_level_named(const char *name, enum log_level *level)
{
	for (size_t n = 0; n < LEVEL_COUNT; n++) {
		if (strcasecmp(levels[n].name, name) == 0) {
			*level = levels[n].level;
			return true;
		}
	}
	return false;
}

void log_context(const char *request_id, const char *const *doing)
{
	context_id = request_id;
	context_doing = doing;
}

void log_divert(log_taker *take, void *taker)
{
	divert_take = take;
	divert_taker = taker;
}

/* One byte stays free for the newline. */
static void line_put(struct line *line, const char *text)
{
	for (; *text != '\0' && line->len < sizeof(line->data) - 1; text++)
		line->data[line->len++] = *text;
}

static void line_time(struct line *line)
{
	char text[sizeof("2026-01-01T00:00:00Z ")];
	time_t now = (time_t)clock_now();
	struct tm parts;

	if (gmtime_r(&now, &parts) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ ", &parts) > 0)
		line_put(line, text);
}

static void line_level(struct line *line, enum log_level level)
{
	for (size_t n = 0; n < LEVEL_COUNT; n++) {
		if (levels[n].level == level)
			line_put(line, levels[n].name);
	}
	line_put(line, ": ");
}

/* Does our standard error still lead to the journal? Whoever turned it elsewhere left the variable
 * as it was: systemd.exec(5) says how to tell. */
static bool journal_reads(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char ours[64];
	struct stat status;

	if (stream == NULL || fstat(STDERR_FILENO, &status) != 0)
		return false;
	snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)status.st_dev,
		 (uintmax_t)status.st_ino);
	return strcmp(stream, ours) == 0;
}

/* journald adds the time and reads "<N>"; a terminal needs neither. */
static void line_start(struct line *line, enum log_level level)
{
	if (journal_reads()) {
		line_put(line, (const char[]){ '<', (char)('0' + (int)level), '>', '\0' });
	} else {
		if (!isatty(STDERR_FILENO))
			line_time(line);
		line_level(line, level);
	}
	if (context_id != NULL && context_id[0] != '\0') {
		line_put(line, context_id);
		line_put(line, " ");
	}
	if (context_doing != NULL && *context_doing != NULL) {
		line_put(line, *context_doing);
		line_put(line, ": ");
	}
}

/* What came from outside can neither begin a line of its own nor move a terminal. */
static void line_text(struct line *line, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '\n')
			line_put(line, text[1] == '\0' ? "" : "; ");
		else if (c == '\t')
			line_put(line, " ");
		else if (c < 0x20 || c == 0x7f)
			line_put(line, "?");
		else
			line_put(line, (const char[]){ *text, '\0' });
	}
}

__attribute__((format(printf, 2, 0)))
static void log_line(enum log_level level, const char *format, va_list args)
{
	char text[LINE_MAX_BYTES];
	struct line line = { .len = 0 };

	if (level > threshold)
		return;
	vsnprintf(text, sizeof(text), format, args);
	if (divert_take == NULL)
		line_start(&line, level);
	line_text(&line, text);
	if (divert_take != NULL) {
		line.data[line.len] = '\0';
		divert_take(divert_taker, level, line.data);
		return;
	}
	line.data[line.len++] = '\n';
	/* one write, so that lines of several workers do not mix; there is nowhere to complain */
	if (write(STDERR_FILENO, line.data, line.len) < 0)
		return;
}

#define LOG_FUNCTION(name, level) \
	void name(const char *format, ...) \
	{ \
		va_list args; \
		va_start(args, format); \
		log_line(level, format, args); \
		va_end(args); \
	}

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)
LOG_FUNCTION(log_warning, LOG_LEVEL_WARNING)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
