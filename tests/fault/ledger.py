"""What a load program was told about each of its documents, and what therefore may be stored.

Every write puts a new serial into several places of its document. What was acknowledged is there with
that serial, and with no other; what was refused left no trace; of a write whose answer never came, or
said that its outcome is unknown, either may be. Such a document is not touched again."""

import collections
import threading

DONE, REFUSED, UNSURE = "done", "refused", "unsure"
GONE = None     # the serial of a document that isn't there


class Entry:
    """A document: the serials it may have by now. `mark` is a word that no other has."""

    def __init__(self, kind, mark):
        self.kind, self.mark, self.name = kind, mark, mark
        self.may_be, self.is_open, self.serial = {GONE}, True, 0

    @property
    def is_there(self):
        return GONE not in self.may_be


class Ledger:
    def __init__(self):
        self.lock, self.entries, self.counts = threading.Lock(), {}, collections.Counter()
        self.last_done = {}     # by API: when the last write that was acknowledged had begun

    def open(self, kind, mark):
        entry = Entry(kind, mark)
        with self.lock:
            self.entries[mark] = entry
        return entry

    def note(self, entry, serial, outcome, begun):
        """A write that makes the document `serial` went like this."""
        with self.lock:
            self.counts[entry.kind.api, outcome] += 1
            if outcome == DONE:
                entry.may_be = {serial}
                self.last_done[entry.kind.api] = max(begun, self.last_done.get(entry.kind.api, 0))
            elif outcome == UNSURE:
                entry.may_be |= {serial}
                entry.is_open = False
            if serial is GONE and outcome == DONE:
                entry.is_open = False

    def count(self, outcome):
        return sum(number for (_, what), number in self.counts.items() if what == outcome)

    def verdict(self, stored):
        """`stored` is, by mark, the set of serials found in the places of each document. Returns what
        is lost, what must not be there, and what is half written, as lists of sentences."""
        lost, unasked, torn = [], [], []
        for mark, serials in stored.items():
            if len(serials) != 1:
                torn.append(f"{mark} has {sorted(serials)}")
            if mark not in self.entries:
                unasked.append(f"{mark}, which nobody wrote")
        for mark, entry in self.entries.items():
            found = next(iter(stored.get(mark, {GONE})), GONE)
            if found in entry.may_be or len(stored.get(mark, {GONE})) != 1:
                continue
            sentence = f"{entry.kind.table} {mark} is {found} and may be {entry.may_be}"
            (lost if entry.is_there else unasked).append(sentence)
        return lost, unasked, torn
