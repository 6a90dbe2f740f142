/*
 * Lets an engine's clock run through years of a trigger, for tests/oracle/clock_oracle.py.
 *
 * Each line of standard input is a trigger that is made, and its engine's life, in fields separated
 * by tabs: format, start_time, end_time (or nothing), window, pattern, when it is made, until when it
 * is watched, by how many seconds it is noticed late, and at most how often; then for each time that
 * nobody looks a field "from-to". All but the first five are epoch seconds and numbers. Each line
 * of output tells what was noticed: "12" fired, "5x3" missed three from 5 on; or "refused" and why.
 */
#include "config.h"

#include "recurrence/recurrence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "lines.h"

#define AWAY_MAX 8

struct away {
	int64_t from, to;
};

/* The life of an engine. */
struct life {
	int64_t made, until, late, looks;
	size_t away_count;
	struct away away[AWAY_MAX];
};

static bool number_read(char **line, int64_t *number)
{
	const char *text = strsep(line, "\t");
	return text != NULL && text_to_int64(text, number);
}

static bool away_read(char *text, struct away *away)
{
	char *to = strchr(text, '-');

	if (to == NULL)
		return false;
	*to++ = '\0';
	return text_to_int64(text, &away->from) && text_to_int64(to, &away->to);
}

static bool life_read(char *line, struct life *life)
{
	*life = (struct life){ 0 };
	if (!number_read(&line, &life->made) || !number_read(&line, &life->until) ||
	    !number_read(&line, &life->late) || !number_read(&line, &life->looks))
		return false;
	for (char *text = strsep(&line, "\t"); text != NULL; text = strsep(&line, "\t")) {
		if (life->away_count == AWAY_MAX ||
		    !away_read(text, &life->away[life->away_count++]))
			return false;
	}
	return true;
}

/* When the engine notices what is due at that instant. */
static int64_t noticed_at(const struct life *life, int64_t due)
{
	int64_t now = due + life->late;

	for (size_t n = 0; n < life->away_count; n++) {
		if (now >= life->away[n].from && now < life->away[n].to)
			now = life->away[n].to;
	}
	return now;
}

static void live(const struct recurrence_trigger *trigger, const struct life *life)
{
	int64_t due, looks = life->looks;
	bool goes_on = recurrence_trigger_next(trigger, life->made, &due);

	while (goes_on && due <= life->until && looks-- > 0) {
		struct recurrence_turn turn;
		recurrence_trigger_turn(trigger, due, noticed_at(life, due), &turn);
		if (turn.missed > 0)
			printf("%" PRId64 "x%" PRId64 " ", due, turn.missed);
		if (turn.fires)
			printf("%" PRId64 " ", turn.fire_time);
		goes_on = turn.goes_on;
		due = turn.next;
	}
	putchar('\n');
}

static bool answer_line(struct arena *arena, char *line)
{
	struct recurrence_properties properties = { .format = strsep(&line, "\t") };
	struct recurrence_trigger trigger;
	struct life life;
	const char *reason;

	properties.start_time = strsep(&line, "\t");
	properties.end_time = strsep(&line, "\t");
	properties.window = strsep(&line, "\t");
	properties.pattern = strsep(&line, "\t");
	if (line == NULL || !life_read(line, &life))
		return false;
	if (recurrence_trigger_recall(arena, &properties, 0, &trigger, &reason))
		live(&trigger, &life);
	else
		printf("refused %s\n", reason);
	return true;
}

int main(void)
{
	return lines_answer(answer_line);
}
