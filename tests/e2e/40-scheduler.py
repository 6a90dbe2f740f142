#!/usr/bin/python3
"""A real freezer-scheduler with its freezer-agent works for us: it backs up, restores, obeys."""

import os
import pathlib
import signal
import socket
import subprocess
import uuid

from common import Api, Freezer, Scheduler, check, run, wait_for

OWN = "sched" + uuid.uuid4().hex[:8]


class Job:
    """A job of our scheduler, watched through the API."""

    def __init__(self, api, description, action, **schedule):
        freezer_action = {"storage": "local", "backup_name": f"{OWN}_data", **action}
        self.api = api
        self.id = api.create("job", {
            "client_id": OWN, "description": f"{OWN} {description}", "job_schedule": schedule,
            "job_actions": [{"freezer_action": freezer_action, "max_retries": 0,
                             "max_retries_interval": 1}]})

    def show(self):
        return self.api.get(f"/jobs/{self.id}")

    def schedule(self):
        return self.show().get("job_schedule", {})

    def event(self, name):
        return self.api.ask("POST", f"/jobs/{self.id}/event", {name: None})

    def becomes(self, seconds=30, **wanted):
        """Wait until the schedule has these values."""
        return wait_for(lambda: wanted.items() <= self.schedule().items(), seconds)

    def agent(self):
        """The process that runs the job, as the scheduler reported it: once that has happened,
        the scheduler writes no more until the next event."""
        return wait_for(lambda: self.schedule().get("status") == "running"
                        and self.schedule().get("current_pid"))

    def is_polled(self):
        return self.id in self.api.active_jobs(OWN)


class Hold:
    """A command that runs until it is released, or for a minute."""

    def __init__(self, work, name):
        self.flag, self.script = work / f"{name}.flag", work / f"{name}.sh"
        self.flag.touch()
        self.script.write_text(
            f"n=0\nwhile [ -e '{self.flag}' ] && [ $n -lt 300 ]; do\n"
            "\tsleep 0.2\n\tn=$((n + 1))\ndone\n")
        self.action = {"action": "exec", "command": f"sh {self.script}", "container": str(work)}

    def release(self):
        self.flag.unlink(missing_ok=True)


# ---- what is backed up --------------------------------------------------------------------------

def plant(directory):
    """A directory with whatever makes restoring hard."""
    (directory / "sub" / "empty").mkdir(parents=True)
    (directory / "plain").write_text("one line\n")
    (directory / "größe 大小 и пробел").write_text("ünïcödé\n")
    (directory / "sub" / "big").write_bytes(os.urandom(3 * 1024 * 1024))
    (directory / "sub" / "nothing").touch()
    (directory / "sub" / "locked").write_text("for nobody else\n")
    (directory / "sub" / "locked").chmod(0o4710)
    (directory / "sub").chmod(0o2751)
    (directory / "link").symlink_to("sub/big")
    (directory / "broken").symlink_to("nowhere")
    os.link(directory / "plain", directory / "sub" / "same as plain")


def inventory(directory):
    """Name, kind and permissions, size, time and target of everything below."""
    found = {}
    for path in sorted(directory.rglob("*")):
        stat = path.lstat()
        found[str(path.relative_to(directory))] = (
            oct(stat.st_mode), stat.st_uid, stat.st_gid, int(stat.st_mtime),
            path.is_file() and stat.st_size, path.is_symlink() and os.readlink(path))
    return found


# ---- the story ----------------------------------------------------------------------------------

def registers(api, scheduler):
    client = wait_for(lambda: api.get(f"/clients/{OWN}").get("client"))
    return check("the scheduler registers its client",
                 client and client["hostname"] == socket.gethostname(),
                 f"{client}\n{scheduler.story()}")


def backs_up(api, scheduler, work):
    job = Job(api, "backup", {"action": "backup", "mode": "fs", "path_to_backup": f"{work}/data",
                              "container": f"{work}/store", "no_incremental": True})
    finished = job.becomes(status="completed")
    schedule = job.schedule()
    check("a backup job is run and reported as a success",
          finished and schedule["result"] == "success", f"{schedule}\n{scheduler.story()}")
    check("the report says when, and which process",
          schedule.get("time_created", 0) <= schedule.get("time_started", -1)
          <= schedule.get("time_ended", -1) and schedule.get("current_pid", 0) > 1, schedule)
    check("the job is left as it was otherwise",
          job.show()["job_actions"][0]["freezer_action"]["no_incremental"] is True
          and len(job.show()["job_actions"]) == 1, job.show())
    return job


def backup_is_recorded(api, freezer, job):
    search = {"match": [{"job_id": job.id}]}
    records = api.ask("GET", "/backups", search).json["backups"]
    metadata = records[0]["backup_metadata"] if records else {}
    check("the agent's metadata is kept, with the job's id",
          len(records) == 1 and metadata.items() >= {
              "backup_name": f"{OWN}_data", "action": "backup", "client_os": "linux",
              "curr_backup_level": 0, "hostname": socket.gethostname(), "ssh_port": 22,
              "always_level": "", "job_id": job.id}.items(), records)
    listed, rows = freezer.rows("backup-list", "--search", f'[{{"backup_name": "{OWN}_data"}}]')
    check("freezer backup-list shows the backup",
          [row["Backup ID"] for row in rows] == [r["backup_id"] for r in records], listed)


def is_no_longer_polled(scheduler, job):
    check("a completed job is not handed out", not job.is_polled(), job.show())
    check("its scheduler drops a completed job",
          wait_for(lambda: scheduler.said(f"REMOVE job {job.id}")), scheduler.story())
    version = job.show()["_version"]
    scheduler.polls()
    check("nobody touches a completed job", job.show()["_version"] == version, job.show())


def restores(api, scheduler, work):
    source, target = work / "data", work / "restored"
    before = inventory(source)
    target.mkdir()
    job = Job(api, "restore", {"action": "restore", "restore_abs_path": str(target),
                               "container": f"{work}/store", "hostname": socket.gethostname()})
    finished = job.becomes(status="completed")
    check("a restore job is run and reported as a success",
          finished and job.schedule()["result"] == "success",
          f"{job.schedule()}\n{scheduler.story()}")
    diff = subprocess.run(["diff", "-r", "--no-dereference", source, target],
                          capture_output=True, text=True)
    check("what is restored is equal, file for file", diff.returncode == 0, diff.stdout)
    check("permissions, owners, times and links are restored", inventory(target) == before,
          f"{before}\n{inventory(target)}")
    check("a restore records no backup", api.ask("GET", "/backups", {"match": [
        {"job_id": job.id}]}).json == {"backups": []})


def fails(api, scheduler, work):
    job = Job(api, "failure", {"action": "exec", "command": "/bin/false", "container": str(work)})
    check("a job whose command fails is reported as failed",
          job.becomes(status="completed") and job.schedule()["result"] == "fail",
          f"{job.schedule()}\n{scheduler.story()}")


def start_enters_again(api, scheduler, job):
    first = job.schedule()["time_started"]
    reply = job.event("start")
    check("start is accepted for a completed job",
          (reply.status, reply.json) == (202, {"result": "success"}), reply)
    check("after start the completed job is handed out again", job.is_polled(), job.show())
    ran = wait_for(lambda: job.schedule()["status"] == "completed"
                   and job.schedule()["time_started"] > first)
    check("after start the job runs once more",
          ran and job.schedule().items() >= {"result": "success", "event": ""}.items(),
          f"{job.schedule()}\n{scheduler.story()}")
    records = api.ask("GET", "/backups", {"match": [{"job_id": job.id}]}).json["backups"]
    check("the second run records a second backup", len(records) == 2, records)


def stop_while_waiting(api, scheduler, work):
    job = Job(api, "waiting", {"action": "exec", "command": "/bin/true", "container": str(work)},
              schedule_interval="2 hours")
    check("a job that is not due yet is scheduled", job.becomes(status="scheduled", event=""),
          f"{job.schedule()}\n{scheduler.story()}")
    job.event("stop")
    check("stop takes a waiting job off the schedule", job.becomes(status="stop", event=""),
          f"{job.schedule()}\n{scheduler.story()}")
    check("a stopped job keeps its interval", job.schedule()["schedule_interval"] == "2 hours",
          job.schedule())
    job.event("start")
    check("start puts a stopped job on the schedule again",
          job.becomes(status="scheduled", event=""), f"{job.schedule()}\n{scheduler.story()}")
    api.ask("DELETE", f"/jobs/{job.id}")
    check("its scheduler drops a deleted job",
          wait_for(lambda: scheduler.said(f"REMOVE job {job.id}")), scheduler.story())


def comes_to_rest(job, scheduler, event, result):
    """The schedule of a job that was told to end while it ran, when nobody touches it any more.
    A scheduler that asked for its jobs just before the end heeds the event after the end once more,
    and writes back what it had read, but stopped: a race of its own, which its log tells of."""
    wait_for(lambda: job.schedule()["status"] in ("completed", "stop"), 30)
    scheduler.polls()
    last = [line for line in scheduler.log.read_text().splitlines() if f"JOB {job.id} " in line][-1]
    if job.schedule()["status"] == "stop":
        wanted = {"status": "stop", "event": "", "result": ""}
        is_right = last.endswith(f"event: {event}")
    else:
        wanted = {"status": "completed", "result": result}
        is_right = not job.is_polled()
    return is_right and wanted.items() <= job.schedule().items()


def is_not_run_again(job, scheduler):
    return scheduler.log.read_text().count(f"job {job.id} running") == 1


def stop_while_running(job, hold, scheduler):
    pid = job.agent()
    check("a job that runs for long is reported as running, with its process", pid,
          f"{job.schedule()}\n{scheduler.story()}")
    reply = job.event("stop")
    check("stop of a running job is accepted, and again",
          reply.json == {"result": "success"}
          and job.event("stop").json == {"result": "stop already requested"}, reply)
    scheduler.polls()
    check("stop lets the running job come to its end", job.schedule().items() >= {
        "status": "running", "event": "stop", "result": "", "current_pid": pid}.items()
        and os.path.exists(f"/proc/{pid}"), job.schedule())
    hold.release()
    check("a job that was stopped while it ran is completed, not scheduled again",
          comes_to_rest(job, scheduler, "STOP", "success") and job.schedule()["event"] == ""
          and is_not_run_again(job, scheduler), f"{job.schedule()}\n{scheduler.story()}")


def abort_while_running(job, hold, scheduler):
    pid = job.agent()
    command = pathlib.Path(f"/proc/{pid}/cmdline")
    check("the process that is reported is the agent",
          pid and b"freezer-agent" in command.read_bytes(), job.schedule())
    reply = job.event("abort")
    check("abort of a running job is accepted", reply.json == {"result": "success"}, reply)
    heard = wait_for(lambda: scheduler.said(f"JOB {job.id} aborted."))
    check("the scheduler hears of the abort, and the event stays until the job ends",
          heard and job.schedule().items() >= {"event": "abort", "status": "running"}.items(),
          f"{job.schedule()}\n{scheduler.story()}")
    # Debian's scheduler means to end the agent here, but stumbles over its psutil
    if b"freezer-agent" in (command.read_bytes() if command.exists() else b""):
        os.kill(pid, signal.SIGTERM)
    check("an aborted job is completed, its result aborted",
          comes_to_rest(job, scheduler, "ABORT", "aborted")
          and is_not_run_again(job, scheduler), f"{job.schedule()}\n{scheduler.story()}")
    hold.release()


def main(work):
    api, freezer = Api("demo"), Freezer("demo", work)
    (work / "store").mkdir()
    plant(work / "data")
    stopped, aborted = Hold(work, "stopped"), Hold(work, "aborted")
    try:
        with Scheduler("demo", OWN, work) as scheduler:
            if not registers(api, scheduler):
                return
            job = backs_up(api, scheduler, work)
            long_one = Job(api, "stop me", stopped.action, schedule_interval="4 seconds")
            backup_is_recorded(api, freezer, job)
            is_no_longer_polled(scheduler, job)
            stop_while_running(long_one, stopped, scheduler)
            long_two = Job(api, "abort me", aborted.action)
            restores(api, scheduler, work)
            abort_while_running(long_two, aborted, scheduler)
            fails(api, scheduler, work)
            start_enters_again(api, scheduler, job)
            stop_while_waiting(api, scheduler, work)
    finally:
        stopped.release()
        aborted.release()
        api.clean(OWN)


run(main)
