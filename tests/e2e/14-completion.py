#!/usr/bin/python3
"""What bash offers after permafrost-manage, asked of a bash at a terminal of its own."""

import os
import pty
import re
import select
import shlex
import time

from common import HOME, TREE, check, run

BUILD = os.environ["BUILD"]

ALL = "\x1b*"          # M-*: insert all that could stand here
READY = "ready> "


class Bash:
    """An interactive bash that knows nothing but our completion."""

    def __init__(self):
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.environ.update(TERM="dumb", PATH=f"{HOME}/bin:/usr/bin:/bin",
                              PERMAFROST_CONF=f"{HOME}/permafrost.conf")
            os.execv("/bin/bash", ["bash", "--norc", "--noprofile", "-i"])
        # what is typed is shown, too, and is no prompt
        self.say(f"PS1='{READY[:2]}''{READY[2:]}'; bind 'set enable-bracketed-paste off'; stty -echo cols 30000\n")
        self.say(f". {shlex.quote(f'{BUILD}/src/admin/permafrost-manage')}\n")

    def say(self, text, until=READY):
        """Type, and wait for the prompt; what the terminal showed."""
        os.write(self.terminal, text.encode())
        shown, end = "", time.monotonic() + 20
        while not shown.endswith(until) and time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.5)[0]:
                shown += os.read(self.terminal, 65536).decode(errors="replace")
        return shown

    def words(self, line, key=ALL):
        """The words that the line has once the key was pressed at its end."""
        self.say(f"{line}{key}\x01words=(\x05)\n")      # C-a, C-e
        shown = self.say("printf '<%s>' \"${words[@]}\"; echo\n")
        return re.findall(r"<(.*?)>", shown)[1:]


def commands():
    """The words of each row of the table of commands."""
    table = (TREE / "src/admin/commands.def").read_text()
    return re.findall(r'^COMMAND\("([a-z -]+)"', table, re.M)


def options(of):
    table = (TREE / "src/admin/options.def").read_text()
    rows = re.findall(r'^OPTION\("([a-z-]+)", *\w+, *(\w+)', table, re.M)
    return {f"--{name}" for name, one in rows if one in ("0", of)} | {"--help", "--version"}


def offers(bash, phrase, said, expected):
    """After what was said the words that bash offers are the expected ones."""
    begun = len(shlex.split(said)) - (said[-1:] not in ("", " "))
    words = bash.words(f"permafrost-manage {said}")[begun:]
    check(phrase, set(words) == set(expected), words)


def main(_work):
    bash = Bash()
    groups = {words.split()[0] for words in commands()}
    offers(bash, "the first word of each command is offered", "", groups)
    for group in sorted(groups - {"doctor"}):
        seconds = [words.split()[1] for words in commands() if words.split()[0] == group]
        offers(bash, f"after {group} the second word of each of its commands is", f"{group} ", seconds)
    check("the beginning of a word becomes the word",
          bash.words("permafrost-manage db mi", "\t") == ["db", "migrate"])
    offers(bash, "a command's options are offered, and no others", "project create --",
           options("OPTION_ID"))
    offers(bash, "those of doctor too", "doctor --", options("OPTION_CHECKUP"))
    offers(bash, "before a command, those of all", "--", options("0"))
    offers(bash, "options may stand before the command", "--config /dev/null role ",
           ["grant", "revoke", "list"])
    offers(bash, "an option's words are offered", "trigger next --format ", ["calendar", "crontab"])
    check("also behind an equals sign",
          bash.words("permafrost-manage trigger next --format=cr", "\t")[-1] == "--format=crontab")
    offers(bash, "roles are", "role grant demo demo ", ["admin", "member", "reader", "service"])
    files = bash.words(f"permafrost-manage policy check {TREE}/NE", "\t")
    check("files are", files[-1:] == [f"{TREE}/NEWS.md"], files)
    users = bash.words("permafrost-manage user disable ")
    check("users are", {"demo", "reader"} <= set(users), users)
    projects = bash.words("permafrost-manage role grant demo ")
    check("projects are", {"demo", "other"} <= set(projects[3:]), projects)
    new = bash.words("permafrost-manage user create ")
    check("nobody is, where a new name is wanted", new == ["user", "create"], new)
    done = bash.words("permafrost-manage user list ")
    check("nor anything behind a whole command", done == ["user", "list"], done)


run(main)
