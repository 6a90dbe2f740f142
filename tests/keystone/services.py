"""The cloud beside Keystone: a real Glance, and cloud.py in the place of Nova and Cinder."""

import contextlib
import socket
import subprocess
import sys
import uuid

import people
import setting
from common import TREE, wait_for

GLANCE = setting.PORT + 2
CLOUD = setting.PORT + 3
GLANCE_URL = f"http://127.0.0.1:{GLANCE}"


def glance(*words):
    subprocess.run([TREE / "tests" / "keystone" / "glance", *words, "--dir", setting.DIRECTORY],
                   check=True, capture_output=True, timeout=180)


def answers(port):
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def running():
    """All three, and Keystone knows of them."""
    glance("start", "--port", str(GLANCE), "--keystone", setting.URL)
    services = subprocess.Popen([sys.executable, TREE / "tests" / "keystone" / "cloud.py", str(CLOUD)])
    try:
        wait_for(lambda: answers(CLOUD) or services.poll() is not None, 60)
        if services.poll() is not None or not answers(CLOUD):
            raise RuntimeError(f"no cloud on port {CLOUD}: {services.poll()}")
        keystone = setting.admin()
        for kind, name, port, path in (("image", "glance", GLANCE, ""),
                                       ("compute", "nova", CLOUD, "/v2.1"),
                                       ("volumev3", "cinder", CLOUD, "/v3/%(project_id)s")):
            people.offer(keystone, kind, name, f"http://127.0.0.1:{port}{path}")
        yield keystone
    finally:
        services.kill()
        services.wait()
        glance("stop")


# ---- what there is --------------------------------------------------------------------------------

def image_make(token, name):
    return setting.ask("POST", f"{GLANCE_URL}/v2/images", {
        "name": name, "disk_format": "raw", "container_format": "bare"}, token).json["id"]


def cloud(what, body):
    """Say which servers and volumes there are ("documents"), or how they answer ("mode")."""
    setting.ask("PUT", f"http://127.0.0.1:{CLOUD}/-/{what}", body)


def counts():
    """How often each kind was asked for since then."""
    return setting.ask("GET", f"http://127.0.0.1:{CLOUD}/-/counts").json


def tokens():
    """With which tokens, in order."""
    return setting.ask("GET", f"http://127.0.0.1:{CLOUD}/-/tokens").json


def server(name, image=None, status="ACTIVE", **more):
    return {"id": str(uuid.uuid4()), "name": name, "status": status,
            "image": {"id": image} if image else "", **more}


def volume(name, server_id=None, status="available"):
    attachments = [{"server_id": server_id, "device": "/dev/vdb"}] if server_id else []
    return {"id": str(uuid.uuid4()), "name": name, "status": status, "availability_zone": "az1",
            "attachments": attachments}
