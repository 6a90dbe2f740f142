"""What Permafrost replaces: Debian's freezer-api under uwsgi, on a MariaDB of its own, as durable as
PostgreSQL is, behind the same nginx. It asks the tests' Keystone, and keeps tokens as Debian sets
it up, in each process."""
import os
import shutil
import subprocess
import time
import urllib.error

from ports import free_port

from .instance import ask, run

SEQUENCE = "seq_1_to_{count}"    # MariaDB's generate_series()

BACKUPS = """
insert into backups (created_at, deleted, id, job_id, project_id, user_id, user_name, backup_metadata)
select now(), 0, md5(concat('{prefix}', seq)), md5(concat('{prefix} job ', seq mod 100)), '{project}',
       '{user}', 'bench', json_object({metadata}) from {sequence}"""

# the same members as seeding.METADATA
METADATA = """'curr_backup_level', seq mod 7, 'fs_real_path', concat('/srv/data/', seq mod 50),
'vol_snap_path', '', 'client_os', 'linux', 'client_version', '13.0.0', 'time_stamp', 1700000000 + seq,
'action', 'backup', 'always_level', '', 'backup_media', 'fs', 'backup_name', concat('nightly-', seq mod 500),
'container', concat('/srv/store/', seq mod 20), 'container_segments', '', 'dry_run', '',
'hostname', concat('{prefix}-host-', lpad(seq mod ({count} / 10), 6, '0')), 'path_to_backup', concat('/srv/data/', seq mod 50),
'max_level', '', 'log_file', '/var/log/freezer.log', 'storage', 'local', 'mode', 'fs', 'proxy', '',
'compression', 'gzip', 'ssh_key', '', 'ssh_username', '', 'ssh_host', '', 'ssh_port', 22,
'consistency_checksum', md5(seq), 'job_id', md5(concat('{prefix} job ', seq mod 100))"""

JOBS = """
insert into clients (created_at, deleted, id, project_id, user_id, client_id, hostname, description, uuid)
select now(), 0, concat('{project}', seq), '{project}', '{user}', concat('node-', seq), concat('node-', seq), '',
       uuid() from {sequence};
set foreign_key_checks = 0;
insert into jobs (created_at, deleted, id, project_id, user_id, schedule, client_id, session_id, session_tag,
                  description, job_actions)
select now(), 0, md5(concat('job', seq)), '{project}', '{user}', '{schedule}', concat('node-', seq), '', 0,
       'nightly', '{actions}' from {sequence}"""


class Peer:
    def __init__(self, work, keystone):
        self.home, self.keystone = work / "peer", keystone
        self.children = []
        # as whom, and with what around them, its processes run
        user = {"user": "freezer", "group": "freezer", "extra_groups": []} if os.getuid() == 0 else {}
        self.child = {"cwd": "/", "env": {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                                          "TMPDIR": str(self.home / "run")}, **user}

    def start(self, instance):
        """The URL below which it answers: a server of the instance's nginx."""
        self.home.mkdir()
        for name in "run", "log":
            (self.home / name).mkdir()
        if os.getuid() == 0:
            shutil.chown(self.home, "freezer")
            shutil.chown(self.home / "run", "freezer")
        self.start_mariadb()
        self.start_api()
        port = free_port()
        instance.nginx_site("peer", f"""server {{ listen 127.0.0.1:{port}; {instance.access_log()}
            location / {{ include /etc/nginx/uwsgi_params; uwsgi_param SCRIPT_NAME ""; uwsgi_read_timeout 120s;
            uwsgi_buffers 32 16k; uwsgi_pass unix:{self.home}/run/api.sock; }} }}\n""")
        self.wait(f"http://127.0.0.1:{port}/")
        return f"http://127.0.0.1:{port}"

    def stop(self):
        for child in reversed(self.children):
            child.terminate()
            child.wait(timeout=30)

    def leaders(self):
        return [child.pid for child in self.children]

    def spawn(self, name, *command):
        log = open(self.home / "log" / f"{name}.log", "ab")
        self.children.append(subprocess.Popen([str(word) for word in command], stdout=log, stderr=log,
                                              stdin=subprocess.DEVNULL, **self.child))

    def start_mariadb(self):
        run("mariadb-install-db", "--no-defaults", f"--datadir={self.home}/mariadb",
            "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.child)
        self.spawn("mariadb", "/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self.home}/mariadb",
                   f"--socket={self.home}/run/mariadb.sock", "--skip-networking",
                   "--innodb-buffer-pool-size=1G", "--innodb-flush-log-at-trx-commit=1",
                   "--max-connections=300", "--character-set-server=utf8mb4")
        for _ in range(300):
            try:
                self.sql("create database if not exists freezer character set utf8mb4", database="")
                return
            except subprocess.CalledProcessError:
                time.sleep(0.2)
        raise SystemExit(f"MariaDB did not start; see {self.home}/log")

    def sql(self, text, database="freezer"):
        done = run("mariadb", "--no-defaults", f"--socket={self.home}/run/mariadb.sock", "--user=root",
                   "--batch", "--skip-column-names", *([database] if database else []), input=text,
                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done.stdout.strip()

    def start_api(self):
        auth = "\n".join(line for line in (self.keystone.directory / "authtoken.conf").read_text().splitlines()
                         if not line.startswith("token_cache_time"))
        conf = self.home / "freezer-api.conf"
        conf.write_text(f"""[DEFAULT]
use_stderr = true
[database]
connection = mysql+pymysql://root@localhost/freezer?unix_socket={self.home}/run/mariadb.sock&charset=utf8mb4
[storage]
backend = sqlalchemy
driver = sqlalchemy
[paste_deploy]
config_file = /etc/freezer/freezer-paste.ini
{auth}
""")
        # it complains of what the driver for Elasticsearch lacks, and makes the tables all the same
        subprocess.run(["freezer-manage", "--config-file", str(conf), "db", "sync"],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, **self.child)
        self.sql("select count(*) from backups")
        self.spawn("freezer-api", "/usr/bin/uwsgi_python3", "--master", "--die-on-term", "--no-orphans",
                   "--enable-threads", "--thunder-lock", "--lazy-apps", "--processes", 2,
                   "--buffer-size", 65535, "--listen", 100, "--disable-logging",
                   "--socket", self.home / "run" / "api.sock", "--chmod-socket=666",
                   "--wsgi-file", "/usr/bin/freezer-api-wsgi", "--pyargv", f"--config-file {conf}")

    @staticmethod
    def wait(url):
        for _ in range(300):
            try:
                ask("GET", url)
                return
            except urllib.error.HTTPError as answer:
                if answer.code == 300:
                    return
            except (OSError, ValueError):
                pass
            time.sleep(0.2)
        raise SystemExit("freezer-api did not start")

    # ---- what is in it --------------------------------------------------------------------------

    def seed(self, project, user, count, prefix):
        metadata = METADATA.format(prefix=prefix, count=count)
        self.sql(BACKUPS.format(prefix=prefix, project=project, user=user, metadata=metadata,
                                sequence=SEQUENCE.format(count=count)))

    def seed_jobs(self, project, user, count, schedule, actions):
        self.sql(JOBS.format(project=project, user=user, schedule=schedule, actions=actions,
                             sequence=SEQUENCE.format(count=count)))
