#!/usr/bin/python3
"""`openstack data protection` of python3-karborclient, driven command by command (karbor_commands.py)."""

from common import run
from karbor import OpenStack
from karbor_commands import every_command

run(lambda work: every_command(OpenStack, work))
