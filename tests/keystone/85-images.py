#!/usr/bin/python3
"""An image of a real Glance is protected, removed, brought back with the real client, and its backup
deleted, by freezer-scheduler and freezer-agent. Debian's agent can't do it as it is: first that is shown,
then the rest with what it lacks put in place (doc/providers.md, The cloud)."""

import os
import subprocess

import setting
from common import Scheduler, check, run, wait_for
from engine import Engine, Protected, provider_like
from karbor import OpenStack
from services import GLANCE_URL, image_make, running

KIND = "OS::Glance::Image"
SECONDS = 120

# Python runs this first. The stream of an image is bytes and has an end; so is what is noted of it.
MENDED = '''
import json
from freezer.engine.glance import glance
from freezer.utils import utils

class Stream(utils.ReSizeStream):
    def __init__(self, *words):
        super().__init__(*words)
        self.reminder = b""

    def read(self, size):
        self.chunk_size = size
        return next(self, b"")

def note(self, path, metadata):
    with open(path, "w") as file:
        json.dump(metadata, file)

utils.ReSizeStream = Stream
glance.GlanceEngine.set_tenant_meta = note
'''


class Images:
    """Of one user."""

    def __init__(self, token):
        self.token = token

    def ask(self, method, path):
        return setting.ask(method, f"{GLANCE_URL}/v2/images{path}", token=self.token)

    def make(self, name, data):
        made = image_make(self.token, name)
        subprocess.run(["curl", "-sf", "--noproxy", "*", "-X", "PUT", "--data-binary", "@-",
                        "-H", f"X-Auth-Token: {self.token}", "-H", "Content-Type: application/octet-stream",
                        f"{GLANCE_URL}/v2/images/{made}/file"], input=data, check=True, timeout=60)
        return made

    def active(self, name):
        """Those of that name that have all their data; [] also when Glance can't tell just now."""
        listed = self.ask("GET", "?status=active&limit=1000").json or {}
        return [image for image in listed.get("images", []) if image["name"] == name]

    def data(self, image):
        return subprocess.run(["curl", "-sf", "--noproxy", "*", "-H", f"X-Auth-Token: {self.token}",
                               f"{GLANCE_URL}/v2/images/{image}/file"], check=True, capture_output=True,
                              timeout=60).stdout


def unmended(scheduler, image, work):
    """The command of doc/providers.md."""
    done = subprocess.run(
        ["freezer-agent", "--action", "backup", "--mode", "glance", "--engine", "glance",
         "--glance-image-id", image, "--no-incremental", "true", "--backup-name", "try",
         "--storage", "local", "--container", work / "try"],
        env=scheduler.environment, cwd=work, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    check("Debian's agent fails to save an image, in its own code", done.returncode != 0
          and "a bytes-like object is required, not 'str'" in done.stderr, done.stderr)


def mend(scheduler, work):
    directory = work / "mended"
    directory.mkdir()
    (directory / "sitecustomize.py").write_text(MENDED)
    scheduler.environment["PYTHONPATH"] = str(directory)


def files(store):
    return [path for path in store.rglob("*") if path.is_file()]


def protects(fleet, image, store, story):
    plan = fleet.api.make("plans", "plan", name=fleet.word, provider_id=fleet.provider, parameters={},
                          resources=[{"type": KIND, "id": image, "name": "disk"}])["id"]
    checkpoint = fleet.protect(plan)
    check("a central scheduler's agent saves the image, and the checkpoint is available",
          fleet.becomes(checkpoint, "available", SECONDS), f"{fleet.logs(checkpoint)}\n{story()}")
    check("its backup is there", files(store / checkpoint), files(store))
    return checkpoint


def restores(fleet, images, checkpoint, data, client, story):
    outcome, restore = client.row("restore", "create", fleet.provider, checkpoint)
    if not check("the real client asks for the restore", outcome.status == 0 and restore.get("id"), outcome):
        return
    done = wait_for(lambda: fleet.attempt_is_over("restore", restore["id"]), SECONDS)
    check("an agent carries it out", done and done["status"] == "success", f"{done}\n{story()}")
    found = wait_for(lambda: images.active(f"Restore: {fleet.word}"))
    if check("Glance has an image again", len(found) == 1, found):
        check("which is equal, byte for byte", images.data(found[0]["id"]) == data)


def removes(fleet, checkpoint, store, story):
    fleet.delete(checkpoint)
    check("an agent deletes the backup, and the checkpoint is deleted",
          fleet.becomes(checkpoint, "deleted", SECONDS) and not files(store / checkpoint),
          f"{fleet.logs(checkpoint)}\n{files(store)}\n{story()}")


def tell(work, fleet, store):
    images, data = Images(fleet.freezer.token), os.urandom(300000)
    image = images.make(fleet.word, data)
    scheduler = Scheduler("demo", fleet.word, work)
    unmended(scheduler, image, work)
    mend(scheduler, work)
    with Engine(work) as engine, scheduler:
        def story():
            return f"{engine.said()}\n{scheduler.story()}"
        checkpoint = protects(fleet, image, store, story)
        check("the image is lost", images.ask("DELETE", f"/{image}").status == 204)
        restores(fleet, images, checkpoint, data, OpenStack("demo", work), story)
        removes(fleet, checkpoint, store, story)


def main(work):
    store = work / "store"
    local = {"storage: swift": "storage: local", "container: permafrost/": f"container: {store}/"}
    with running(), provider_like("infrastructure.yaml", **local) as provider:
        fleet = Protected(provider)
        try:
            with setting.central_client(fleet.word):
                tell(work, fleet, store)
        finally:
            fleet.clean()


run(main)
