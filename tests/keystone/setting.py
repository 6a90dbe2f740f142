"""What the scripts of this directory share: Keystone and the proxy before it, and tokens to ask the
instance with. They run like those of tests/e2e, with KEYSTONE_DIR and KEYSTONE_PORT besides."""

import contextlib
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import common
from people import CACHE_TIME  # noqa: F401: for the scripts
from rest import Keystone
from web import ask

PORT = int(os.environ["KEYSTONE_PORT"])
DIRECTORY = os.environ["KEYSTONE_DIR"]
URL = f"http://127.0.0.1:{PORT}/v3"
PROXY = f"http://127.0.0.1:{PORT + 1}/-"
VALIDATE = "GET /v3/auth/tokens"


def admin():
    """Keystone, asked as its administrator."""
    keystone = Keystone(URL)
    keystone.token, _ = keystone.log_in("admin", project="admin")
    return keystone


def token_of(user, **scope):
    return Keystone(URL).log_in(user, **scope)[0]


def break_with(**mode):
    """Have the proxy break Keystone's answers; without a mode it passes them on. Counts from 0."""
    ask("PUT", f"{PROXY}/mode", mode)


def count(route=VALIDATE):
    """How often we asked Keystone that."""
    return ask("GET", f"{PROXY}/counts").json.get(route, 0)


def up(*words):
    """Start Keystone again with other options, or stop it."""
    subprocess.run([common.TREE / "tests" / "keystone" / "up", *words, "--dir", DIRECTORY,
                    "--port", str(PORT)], check=True, capture_output=True, timeout=120)


def start(*words):
    up("start", "--backup-url", common.URL, *words)


def get(path, token, **more):
    """Ask the instance."""
    return ask("GET", common.URL + path, token=token, **more)


@contextlib.contextmanager
def central_client(name):
    """A client of every project, registered by a service; gone afterwards, whatever Keystone does."""
    service = common.Api("permafrost")
    service.ask("POST", "/clients", {"client": {"client_id": name, "hostname": "central", "is_central": True}})
    try:
        yield
    finally:
        common.psql(f"delete from permafrost.clients where id = '{name}'")


def jobs(token, project, **more):
    return get(f"/v2/{project}/jobs", token, **more)


def patient(call):
    """The reply once Keystone is asked again: a worker leaves it alone for a while when it failed."""
    return common.wait_for(lambda: (reply := call()).status != 503 and reply, 40)


def ask_all_workers(token, project):
    """So often, and at once, that each worker has met the token; what they answered."""
    return [reply for _ in range(3) for reply in common.at_once([lambda: jobs(token, project)] * 8)]
