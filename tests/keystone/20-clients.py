#!/usr/bin/python3
"""The real clients log in at a real Keystone and find us in its catalog."""

import subprocess

import setting  # noqa: F401: it knows where the next one is
from common import Api, Freezer, Scheduler, check, environment, run, wait_for

CLIENT = "keystone-node"


def openstack(name, home, *words):
    return subprocess.run(["/usr/bin/openstack", *words], env=environment(name, home),
                          capture_output=True, text=True, timeout=60, check=False)


def main(work):
    done = openstack("demo", work, "catalog", "show", "backup", "-f", "json")
    check("openstack finds the backup service", "freezer" in done.stdout, done.stderr)
    freezer = Freezer("demo", work)
    job = freezer.file("job", {"description": "say so", "job_schedule": {}, "job_actions": [
        {"freezer_action": {"action": "exec", "command": f"touch {work}/said", "storage": "local",
                            "container": str(work)}}]})
    with Scheduler("demo", CLIENT, work) as scheduler:
        known = wait_for(lambda: CLIENT in freezer("client-list").said, 40)
        check("a scheduler registers itself", known, scheduler.story())
        outcome = freezer("job-create", "--file", job, "--client", CLIENT)
        check("the freezer command makes a job", outcome.status == 0, outcome)
        api = Api("demo")
        ours = wait_for(lambda: [name for name, one in api.active_jobs(CLIENT).items()
                                 if one["description"] == "say so"])
        freezer("job-start", ours[0])
        done = wait_for(lambda: api.get(f"/jobs/{ours[0]}")["job_schedule"]["result"] == "success", 60)
        check("the scheduler runs it, and tells", done, scheduler.story())
        check("the command was run", (work / "said").exists(), scheduler.story())
    reader = Freezer("reader", work)
    check("a reader sees it", ours[0] in reader("job-list").said, reader("job-list"))
    outcome = reader("job-delete", ours[0])
    check("and can't delete it", api.get(f"/jobs/{ours[0]}") != {}, outcome)
    outcome = Freezer("other", work)("job-list")
    check("another project sees nothing of it", ours[0] not in outcome.said, outcome)
    outcome = freezer("job-delete", ours[0])
    check("its maker can", api.get(f"/jobs/{ours[0]}") == {}, outcome)


run(main)
