#!/usr/bin/python3
"""`karbor` of python3-karborclient, driven command by command (karbor_commands.py)."""

from common import run
from karbor import Shell
from karbor_commands import every_command

run(lambda work: every_command(Shell, work))
