"""What everybody was doing when nothing went on any more."""

import contextlib
import faulthandler
import pathlib
import sys
import threading
import traceback

from common import psql, workers

ASKED = """select pid, state, coalesce(wait_event_type || '/' || wait_event, 'runs'), now() - state_change,
                  pg_blocking_pids(pid), left(regexp_replace(query, '\\s+', ' ', 'g'), 120)
           from pg_stat_activity where application_name = 'permafrost' order by pid"""


@contextlib.contextmanager
def last_words(seconds):
    """When what is done inside takes longer, where each thread stands goes to standard error, also when no thread of
    Python can run."""
    faulthandler.dump_traceback_later(seconds, file=sys.__stderr__)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def of_process(process, name):
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{process}/{name}").read_text().strip()
    return "?"      # gone, or not for us to see


def process_tells(process):
    """Its state, its time on a processor in ticks, and where in the kernel it waits."""
    fields = of_process(process, "stat").rsplit(")", 1)[-1].split()
    state, ticks = (fields[0], int(fields[11]) + int(fields[12])) if len(fields) > 12 else ("?", "?")
    stack = " < ".join(line.split()[-1] for line in of_process(process, "stack").splitlines() if line.strip())
    return f"state {state}, {ticks} ticks, waits in {of_process(process, 'wchan')}: {stack}"


def thread_tells(thread):
    frame = sys._current_frames().get(thread.ident)    # pylint: disable=protected-access
    if frame is None:
        return "is over"
    return " < ".join(f"{call.name}:{call.lineno}" for call in reversed(traceback.extract_stack(frame)[-5:]))


def stuck_tells():
    """One line each: our threads, the workers, and what PostgreSQL does for them."""
    lines = [f"thread {thread.name}: {thread_tells(thread)}" for thread in threading.enumerate()]
    lines += [f"worker {process}: {process_tells(process)}" for process in workers()]
    return lines + [f"PostgreSQL: {line}" for line in psql(ASKED, "postgres").splitlines()]
