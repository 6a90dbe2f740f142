"""An instance of a program's own, begun before its first line of work and ended after its last.
Call begin() before anything of tests/e2e is imported: common.py asks at once where the instance is."""

import argparse
import atexit
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

TREE = pathlib.Path(__file__).resolve().parents[2]
QUICKSTART = TREE / "scripts" / "quickstart"
sys.path.insert(0, str(TREE / "tests" / "e2e"))

from ports import free_port  # noqa: E402


def options(description):
    """A parser with what every program of this directory takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--build", metavar="DIR", default=TREE / "build", type=pathlib.Path,
                        help="build directory of the programs under test")
    parser.add_argument("--port", type=int, default=0, help="of the instance (one that is free)")
    parser.add_argument("--keep", action="store_true", help="leave data and logs where they are")
    return parser


def end(var, keep):
    subprocess.run([QUICKSTART, "--stop", "--var", var], check=False)
    if keep:
        print(f"# the instance was in {var}", flush=True)
    else:
        shutil.rmtree(var, ignore_errors=True)


def begin(wanted, workers=4, engines=0, conf=""):
    """Start it; `conf` is text of permafrost.conf(5) that goes over what quickstart writes. Returns
    its directory."""
    var = pathlib.Path(tempfile.mkdtemp(prefix="permafrost-fault."))
    var.chmod(0o755)        # PostgreSQL and the workers are other users
    (var / "conf.d").mkdir()
    (var / "conf.d" / "fault.conf").write_text(conf)
    port = wanted.port or free_port()
    atexit.register(end, var, wanted.keep)
    done = subprocess.run(
        [QUICKSTART, "--detach", "--var", var, "--listen", f"127.0.0.1:{port}", "--workers", str(workers),
         "--engines", str(engines), "--build", wanted.build], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"no instance: {done.stdout}")
    os.environ.update(VAR=str(var), PERMAFROST_URL=f"http://127.0.0.1:{port}/", BUILD=str(wanted.build))
    return var
